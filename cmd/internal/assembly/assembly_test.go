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
	open.Token = "t"
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

// TestTheFlagForNATSWins: `up --nats` must start a NATS, whatever variable another program needs.
func TestTheFlagForNATSWins(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		args []string
		url  string // of the NATS that is used; empty for the embedded one
		err  string
	}{
		{name: "nothing"},
		{name: "NATS_URL", env: map[string]string{"NATS_URL": "nats://other"}, url: "nats://other"},
		{name: "--nats over NATS_URL", env: map[string]string{"NATS_URL": "nats://other"}, args: []string{"--nats", "127.0.0.1:1"}},
		{name: "--nats over TOCSIN_NATS_URL", env: map[string]string{"TOCSIN_NATS_URL": "nats://other"}, args: []string{"--nats", "127.0.0.1:1"}},
		{name: "TOCSIN_NATS over NATS_URL", env: map[string]string{"NATS_URL": "nats://other", "TOCSIN_NATS": "127.0.0.1:1"}},
		{name: "TOCSIN_NATS_URL over NATS_URL", env: map[string]string{"NATS_URL": "nats://other", "TOCSIN_NATS_URL": "nats://mine"}, url: "nats://mine"},
		{name: "--nats-url over TOCSIN_NATS", env: map[string]string{"TOCSIN_NATS": "127.0.0.1:1"}, args: []string{"--nats-url", "nats://flag"}, url: "nats://flag"},
		{name: "both flags", args: []string{"--nats", "127.0.0.1:1", "--nats-url", "nats://flag"}, err: "give only one of them"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, name := range []string{"NATS_URL", "TOCSIN_NATS", "TOCSIN_NATS_URL"} {
				t.Setenv(name, "") // to be restored
				require.NoError(t, os.Unsetenv(name))
			}
			for name, value := range test.env {
				t.Setenv(name, value)
			}
			var o Options
			fs := pflag.NewFlagSet("x", pflag.ContinueOnError)
			o.Bind(fs, "127.0.0.1:0")
			o.BindNATS(fs)
			require.NoError(t, fs.Parse(test.args))
			o = o.chooseNATS()
			err := o.Validate()
			if test.err != "" {
				require.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.url, o.NATSURL)
		})
	}
}

func TestPrivateFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	require.NoError(t, privateFolder(dir))
	o := Options{Data: dir}
	token, err := o.token()
	require.NoError(t, err)
	again, err := o.token()
	require.NoError(t, err)
	require.Equal(t, token, again)
	keys, err := o.natsKeys()
	require.NoError(t, err)
	same, err := o.natsKeys()
	require.NoError(t, err)
	require.Equal(t, keys, same)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, len(keys)+1, "the token and the keys, and nothing left over")
	for _, f := range files {
		info, err := f.Info()
		require.NoError(t, err)
		require.EqualValues(t, 0o600, info.Mode().Perm(), f.Name())
	}

	path := filepath.Join(dir, "token")
	for _, mode := range []os.FileMode{0o640, 0o604, 0o666} {
		require.NoError(t, os.Chmod(path, mode))
		_, err = o.token()
		require.ErrorIs(t, err, ErrTooOpen)
		require.ErrorContains(t, err, "chmod 600 "+path)
		require.NotContains(t, err.Error(), token)
	}
	require.NoError(t, os.Chmod(path, 0o600))
	require.NoError(t, os.Chmod(natsKeyFile(dir, "engine"), 0o644))
	_, err = o.natsKeys()
	require.ErrorIs(t, err, ErrTooOpen)
	require.NoError(t, os.Chmod(dir, 0o755))
	require.ErrorIs(t, privateFolder(dir), ErrTooOpen)
	require.ErrorContains(t, privateFolder(dir), "chmod 700 "+dir)
}

func TestShortTokensAreRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := Options{Data: dir, Token: "fifteen-letters"}.token()
	require.ErrorContains(t, err, "at least 16")
	require.NotContains(t, err.Error(), "fifteen-letters")
	_, err = Options{Data: dir, Token: "sixteen-letters!"}.token()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte("\n"), 0o600))
	_, err = Options{Data: dir}.token()
	require.ErrorContains(t, err, "at least 16")
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
	o.Token = "given-by-the-environment"
	given, err := o.token()
	require.NoError(t, err)
	require.Equal(t, o.Token, given)
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
	require.ErrorIs(t, err, ErrTooOpen)
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
