// SPDX-License-Identifier: Apache-2.0

package flag_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"github.com/krtkit/krtkit/flag"
)

type options struct {
	Name  string
	On    bool
	Port  uint16
	Drain time.Duration
}

var defaults = options{"name", true, 8080, time.Second}

// bind binds the flags of all types.
func bind(fs *pflag.FlagSet, o *options) {
	flag.BindEnv(fs, "flag-test-name", "", "", &o.Name)
	flag.BindEnv(fs, "flag-test-on", "", "", &o.On)
	flag.BindEnv(fs, "flag-test-port", "p", "", &o.Port)
	flag.BindEnv(fs, "flag-test-drain", "", "", &o.Drain)
}

func newSet() *pflag.FlagSet { return pflag.NewFlagSet("test", pflag.ContinueOnError) }

// logged returns what is logged during the test.
func logged(t *testing.T) *bytes.Buffer {
	t.Helper()
	before := slog.Default()
	t.Cleanup(func() { slog.SetDefault(before) })
	var b bytes.Buffer
	slog.SetDefault(slog.New(slog.NewTextHandler(&b, nil)))
	return &b
}

func TestBind_defaultsToWhatTheVariableIs(t *testing.T) {
	fs, o := newSet(), defaults
	flag.Bind(fs, "name", "n", "the name", &o.Name)
	flag.Bind(fs, "on", "", "whether", &o.On)
	flag.Bind(fs, "port", "p", "the port", &o.Port)
	flag.Bind(fs, "drain", "", "how long", &o.Drain)
	want := "      --drain duration   how long (default 1s)\n  -n, --name string      the name (default \"name\")\n" +
		"      --on               whether (default true)\n  -p, --port uint16      the port (default 8080)\n"
	if diff := cmp.Diff(want, fs.FlagUsages()); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	if err := fs.Parse([]string{"-n", "other", "--on=false", "-p", "1", "--drain", "1m"}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(options{"other", false, 1, time.Minute}, o); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
}

func TestBindEnv_theCommandLineCountsMoreThanTheEnvironment(t *testing.T) {
	for _, tt := range []struct {
		name    string
		env     map[string]string
		args    []string
		want    options
		changed bool
	}{
		{"nothing", nil, nil, defaults, false},
		{"environment", map[string]string{"NAME": "", "ON": "0", "PORT": "0x10", "DRAIN": "1h"}, nil, options{"", false, 16, time.Hour}, true},
		{"both", map[string]string{"NAME": "env", "PORT": "1"}, []string{"-p2"}, options{"env", true, 2, time.Second}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			log := logged(t)
			for k, v := range tt.env {
				t.Setenv("FLAG_TEST_"+k, v)
			}
			fs, got := newSet(), defaults
			bind(fs, &got)
			if err := fs.Parse(tt.args); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" || log.Len() > 0 {
				t.Errorf("(-want +got):\n%s%s", diff, log)
			}
			if got := fs.Lookup("flag-test-name").Changed; got != tt.changed {
				t.Errorf("the flag is changed: %v, want %v", got, tt.changed)
			}
		})
	}
}

func TestBindEnv_keepsTheDefaultForABadValue(t *testing.T) {
	log := logged(t)
	for name, value := range map[string]string{"ON": "yes", "PORT": "65536", "DRAIN": "5"} {
		t.Setenv("FLAG_TEST_"+name, value)
	}
	fs, got := newSet(), defaults
	bind(fs, &got)
	if diff := cmp.Diff(defaults, got); diff != "" {
		t.Errorf("values (-want +got):\n%s", diff)
	}
	for _, want := range []string{"FLAG_TEST_ON=", "yes", "--flag-test-on", "FLAG_TEST_PORT=", "65536", "--flag-test-port", "FLAG_TEST_DRAIN=", "--flag-test-drain", "scope=flag"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("%s is not in the log:\n%s", want, log)
		}
	}
	if n := strings.Count(log.String(), "\n"); n != 3 {
		t.Errorf("%d lines, want 3:\n%s", n, log)
	}
	fs.VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			t.Errorf("flag %s is changed", f.Name)
		}
	})
}

func TestBindEnvE_returnsWhatIsWrong(t *testing.T) {
	log := logged(t)
	t.Setenv("FLAG_TEST_PORT", "x")
	fs, port := newSet(), uint16(7)
	err := flag.BindEnvE(fs, "flag-test-port", "", "", &port)
	want := `environment variable FLAG_TEST_PORT="x": invalid argument "x" for "--flag-test-port" flag: strconv.ParseUint: parsing "x": invalid syntax`
	if err == nil || err.Error() != want || port != 7 || log.Len() > 0 {
		t.Errorf("error %v, want %s; port %d, log %q", err, want, port, log)
	}
	if number := (*strconv.NumError)(nil); !errors.As(err, &number) {
		t.Error("the cause is not in the error")
	}
}

func TestAdditionalEnv_theLastOneCounts(t *testing.T) {
	t.Setenv("FLAG_TEST_PORT", "1")
	t.Setenv("OtherName", "2")
	t.Setenv("THIRD", "x")
	fs, port := newSet(), uint16(7)
	flag.BindEnv(fs, "flag-test-port", "", "", &port)
	flag.AdditionalEnv(fs, "flag-test-port", "OtherName")
	log := logged(t)
	flag.AdditionalEnv(fs, "flag-test-port", "THIRD")
	if port != 2 || strings.Count(log.String(), "\n") != 1 {
		t.Errorf("port is %d, want 2; log:\n%s", port, log)
	}
	want := []string{"FLAG_TEST_PORT", "OtherName", "THIRD"}
	if diff := cmp.Diff(want, flag.EnvNames(fs.Lookup("flag-test-port"))); diff != "" {
		t.Errorf("EnvNames() (-want +got):\n%s", diff)
	}
}

func TestAdditionalEnv_leavesListsAsTheyAre(t *testing.T) {
	t.Setenv("FLAG_TEST_LIST", `a,"b`)
	fs := newSet()
	list := fs.StringSlice("list", []string{"x", "y"}, "")
	if err := flag.AdditionalEnvE(fs, "list", "FLAG_TEST_LIST"); err == nil {
		t.Error("no error")
	}
	if diff := cmp.Diff([]string{"x", "y"}, *list); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
}

func TestAdditionalEnv_saysThatThereIsNoSuchFlag(t *testing.T) {
	log := logged(t)
	flag.AdditionalEnv(newSet(), "flag", "NAME")
	if err := flag.AdditionalEnvE(newSet(), "flag", "NAME"); err == nil || !strings.Contains(log.String(), err.Error()) {
		t.Errorf("error %v, log:\n%s", err, log)
	}
}

// FuzzBindEnv sets flags of every type to any text: they are what the text says, or what
// they were.
func FuzzBindEnv(f *testing.F) {
	for _, text := range []string{"", "a", "1", "true", "65536", "1h", "\xff", "-1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "\x00") {
			t.Skip("no environment can have it")
		}
		t.Setenv("V", text)
		fs, got := newSet(), defaults
		if err := flag.BindEnvE(fs, "v", "", "", &got.Name); err != nil || got.Name != text {
			t.Errorf("string %q, error %v", got.Name, err)
		}
		if err := flag.BindEnvE(newSet(), "v", "", "", &got.On); err != nil && !got.On {
			t.Errorf("bool changed in spite of %v", err)
		}
		if err := flag.BindEnvE(newSet(), "v", "", "", &got.Port); err != nil && got.Port != defaults.Port {
			t.Errorf("uint16 changed in spite of %v", err)
		}
		if err := flag.BindEnvE(newSet(), "v", "", "", &got.Drain); err != nil && got.Drain != defaults.Drain {
			t.Errorf("duration changed in spite of %v", err)
		}
	})
}

func ExampleBindEnv() {
	_ = os.Setenv("DRAIN_TIME", "30s")
	opts := struct{ DrainTime time.Duration }{DrainTime: 5 * time.Second}
	fs := pflag.NewFlagSet("program", pflag.ContinueOnError)
	flag.BindEnv(fs, "drain-time", "", "How long connections may end.", &opts.DrainTime)
	fmt.Println(opts.DrainTime)
	if err := fs.Parse([]string{"--drain-time", "1m"}); err != nil {
		fmt.Println(err)
	}
	fmt.Println(opts.DrainTime, flag.EnvNames(fs.Lookup("drain-time")))
	// Output:
	// 30s
	// 1m0s [DRAIN_TIME]
}

func ExampleAdditionalEnvE() {
	_ = os.Setenv("OLD_NAME", "eighty")
	port := uint16(8080)
	fs := pflag.NewFlagSet("program", pflag.ContinueOnError)
	flag.Bind(fs, "port", "p", "Port to listen on.", &port)
	if err := flag.AdditionalEnvE(fs, "port", "OLD_NAME"); err != nil {
		fmt.Println(err)
	}
	fmt.Println(port)
	// Output:
	// environment variable OLD_NAME="eighty": invalid argument "eighty" for "-p, --port" flag: strconv.ParseUint: parsing "eighty": invalid syntax
	// 8080
}
