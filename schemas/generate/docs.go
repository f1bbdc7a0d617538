package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
)

// docs holds the comments of types ("Alert") and fields ("Alert.Key").
type docs map[string]string

// of returns the comment of a type, or of one of its fields, as one line; empty when there is none.
func (d docs) of(typeName, field string) string {
	if field != "" {
		typeName += "." + field
	}
	return d[typeName]
}

// readDocs reads the comments of all structs in a folder of Go source.
func readDocs(folder string) (docs, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil || len(files) == 0 {
		return nil, fmt.Errorf("no Go source in %s: %w", folder, err)
	}
	d := docs{}
	set := token.NewFileSet()
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			return nil, fmt.Errorf("read comments: %w", err)
		}
		for _, declaration := range f.Decls {
			if group, ok := declaration.(*ast.GenDecl); ok {
				d.types(group)
			}
		}
	}
	return d, nil
}

func (d docs) types(group *ast.GenDecl) {
	for _, spec := range group.Specs {
		t, ok := spec.(*ast.TypeSpec)
		if !ok {
			continue
		}
		d.put(t.Name.Name, t.Doc)
		if group.Lparen == token.NoPos {
			d.put(t.Name.Name, group.Doc) // the comment above `type X`, not above `type (`
		}
		if s, ok := t.Type.(*ast.StructType); ok {
			d.fields(t.Name.Name, s)
		}
	}
}

func (d docs) fields(of string, s *ast.StructType) {
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			d.put(of+"."+name.Name, f.Doc)
			d.put(of+"."+name.Name, f.Comment)
		}
	}
}

// links are how Go comments name other things; in a schema the brackets say nothing.
var links = strings.NewReplacer("[", "", "]", "")

func (d docs) put(key string, comment *ast.CommentGroup) {
	if text := strings.Join(strings.Fields(comment.Text()), " "); text != "" {
		d[key] = links.Replace(text)
	}
}
