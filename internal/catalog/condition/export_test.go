package condition

// LookUp finds a label in its canonical form.
func LookUp(raw, name string) (string, bool) { return lookUp(raw, name) }
