package assembly

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/require"

	"tocsin.dev/internal/catalog"
)

func TestNothingOpensToOtherMachinesWithoutAToken(t *testing.T) {
	open := Options{HTTP: "0.0.0.0:8080", NATS: ":4222"}
	err := open.Validate()
	require.ErrorIs(t, err, ErrOpenDoor)
	require.ErrorContains(t, err, "TOCSIN_TOKEN")
	require.ErrorContains(t, err, "TOCSIN_NATS_TOKEN", "both faults at once")
	open.Token, open.NATSToken = "t", "n"
	require.NoError(t, open.Validate())
	require.NoError(t, Options{HTTP: "127.0.0.1:0", NATS: "127.0.0.1:0"}.Validate())
	require.ErrorContains(t, Options{HTTP: "127.0.0.1:0"}.Validate(), "--nats-url")
}

func TestFlagsWinOverTheEnvironment(t *testing.T) {
	t.Setenv("TOCSIN_HTTP", "127.0.0.1:1")
	t.Setenv("TOCSIN_DATA", "/from/environment")
	t.Setenv("TOCSIN_PARTITIONS", "16")
	var o Options
	fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
	o.Bind(fs, "127.0.0.1:8080")
	require.NoError(t, fs.Parse([]string{"--http", "127.0.0.1:2"}))
	require.Equal(t, "127.0.0.1:2", o.HTTP)
	require.Equal(t, "/from/environment", o.Data)
	require.Equal(t, 16, o.Partitions)
	require.Equal(t, "/from/environment/archive.db", o.ArchivePath())
}

func TestWrongVariablesAreNamed(t *testing.T) {
	for variable, wrong := range map[string][]string{
		"TOCSIN_PARTITIONS": {"eight", "0", "-1", "8.5", " 8", "99999999999999999999"}, "TOCSIN_REPLICAS": {"three", "0"}, "TOCSIN_SHADOW": {"yes", "2"},
		"TOCSIN_ARCHIVE_KEEP": {"soon", "1h"}, "TOCSIN_SHADOW_TIMEZONE": {"Mars/Olympus"},
	} {
		for _, value := range wrong {
			t.Run(variable+"="+value, func(t *testing.T) {
				t.Setenv(variable, value)
				var o Options
				fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
				o.Bind(fs, "127.0.0.1:0")
				o.NATS = "127.0.0.1:0"
				require.NoError(t, fs.Parse(nil))
				err := o.Validate()
				require.ErrorContains(t, err, variable)
				require.ErrorContains(t, err, value)
			})
		}
	}
}

func TestEmptyVariablesCountAsUnset(t *testing.T) {
	t.Setenv("TOCSIN_PARTITIONS", "")
	var o Options
	fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
	o.Bind(fs, "127.0.0.1:0")
	o.NATS = "127.0.0.1:0"
	require.NoError(t, o.Validate())
	require.Equal(t, 8, o.Partitions)
}

func TestTokenIsMadeOnceAndForItsOwnerOnly(t *testing.T) {
	o := Options{Data: t.TempDir()}
	first, err := o.token()
	require.NoError(t, err)
	require.Regexp(t, `^tocsin_[0-9a-f]{64}$`, first)
	again, err := o.token()
	require.NoError(t, err)
	require.Equal(t, first, again)
	info, err := os.Stat(filepath.Join(o.Data, "token"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	o.Token = "given"
	given, err := o.token()
	require.NoError(t, err)
	require.Equal(t, "given", given)
}

func TestSecretsAreResolvedAndNeverTold(t *testing.T) {
	t.Setenv("HOOK", "s3cret")
	v, err := Secret(catalog.Secret{Env: "HOOK"})
	require.NoError(t, err)
	require.Equal(t, "s3cret", v)
	_, err = Secret(catalog.Secret{Env: "ABSENT_HOOK"})
	require.ErrorContains(t, err, "ABSENT_HOOK is not set")

	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte("s3cret\n"), 0o600))
	v, err = Secret(catalog.Secret{File: path})
	require.NoError(t, err)
	require.Equal(t, "s3cret", v)
	require.NoError(t, os.Chmod(path, 0o644))
	_, err = Secret(catalog.Secret{File: path})
	require.ErrorContains(t, err, "can be read by others")
	require.NotContains(t, err.Error(), "s3cret")
	v, err = Secret(catalog.Secret{})
	require.NoError(t, err)
	require.Empty(t, v)
}

func TestFolderHoldsYAMLOnly(t *testing.T) {
	dir := t.TempDir()
	_, err := ReadFolder(dir)
	require.ErrorContains(t, err, "no .yaml file")
	for _, name := range []string{"a.yaml", "b.yml", ".hidden.yaml", "notes.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600))
	}
	files, err := ReadFolder(dir)
	require.NoError(t, err)
	require.Equal(t, map[string][]byte{"a.yaml": []byte("a.yaml"), "b.yml": []byte("b.yml")}, files)
	_, err = ReadFolder(filepath.Join(dir, "absent"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestURLsAreLoggedWithoutTheirSecrets(t *testing.T) {
	require.Equal(t, "nats://u:xxxxx@a:4222,nats://b:4222", redacted("nats://u:pw@a:4222,nats://b:4222"))
}
