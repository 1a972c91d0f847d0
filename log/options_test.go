// SPDX-License-Identifier: Apache-2.0

package log_test

import (
	"flag"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/krtkit/krtkit/log"
)

// list is a flag that may be given more than once.
type list struct {
	p     *[]string
	given bool
}

func (l *list) String() string { return "" }

func (l *list) Set(s string) error {
	if !l.given {
		*l.p, l.given = nil, true
	}
	*l.p = append(*l.p, s)
	return nil
}

// parse changes the options by a command line.
func parse(t *testing.T, o *log.Options, args ...string) *flag.FlagSet {
	t.Helper()
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	o.AttachFlags(
		func(p *[]string, name string, _ []string, usage string) { flags.Var(&list{p: p}, name, usage) },
		flags.StringVar, flags.IntVar, flags.BoolVar,
	)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags
}

func TestAttachFlags_changeTheOptions(t *testing.T) {
	o := log.DefaultOptions()
	parse(t, o, "--log_target", "a,b", "--log_target", "c", "--log_as_json", "--log_rotate", "r",
		"--log_rotate_max_size", "1", "--log_rotate_max_age", "2", "--log_rotate_max_backups", "3")
	want := log.Options{
		OutputPaths: []string{"a,b", "c"}, ErrorOutputPaths: []string{"stderr"}, JSONEncoding: true,
		RotateOutputPath: "r", RotationMaxSize: 1, RotationMaxAge: 2, RotationMaxBackups: 3,
	}
	if diff := cmp.Diff(want, *o, cmpopts.IgnoreUnexported(log.Options{})); diff != "" {
		t.Errorf("options (-want +got):\n%s", diff)
	}
	flags := parse(t, log.DefaultOptions())
	for name, def := range map[string]string{
		"log_as_json": "false", "log_output_level": "", "log_stacktrace_level": "default:none", "log_caller": "", "log_rotate": "",
	} {
		if f := flags.Lookup(name); f.DefValue != def {
			t.Errorf("default of --%s = %q, want %q", name, f.DefValue, def)
		}
	}
	log.RegisterScope("flag-usage", "")
	usage := parse(t, log.DefaultOptions()).Lookup("log_output_level").Usage
	if !strings.Contains(usage, "flag-usage") || !strings.Contains(usage, "[debug, info, warn, error, fatal, none]") {
		t.Errorf("usage %q does not name scopes and levels", usage)
	}
}

func TestAttachFlags_levels(t *testing.T) {
	for _, tt := range []struct {
		flag   string
		def, a string
	}{
		{"", "info", "warn"},
		{"debug", "debug", "warn"},
		{"default:error", "error", "warn"},
		{"flag-a:none", "info", "none"},
		{"foobar:debug", "info", "warn"},
		{"default:debug,all:info", "info", "info"},
		{"all:warn,default:debug", "debug", "warn"},
	} {
		t.Run(tt.flag, func(t *testing.T) {
			configure(t, func(o *log.Options) {
				o.SetDefaultOutputLevel("flag-a", log.WarnLevel)
				parse(t, o, "--log_output_level", tt.flag)
			})
			for scope, want := range map[string]string{log.DefaultScopeName: tt.def, "flag-a": tt.a} {
				if got := log.RegisterScope(scope, "").GetOutputLevel(); got.String() != want {
					t.Errorf("level of %s = %v, want %s", scope, got, want)
				}
			}
		})
	}
}

func TestAttachFlags_wrongLevelsAreErrors(t *testing.T) {
	for given, want := range map[string]string{
		"foobar":     "invalid output level 'foobar'",
		"default,,":  "invalid output level 'default'",
		"info,":      "invalid output level ''",
		"Info":       "invalid output level 'Info'",
		"a:b:c":      "invalid output level format 'a:b:c'",
		"a.b:debug":  `invalid log scope "a.b"`,
		"default:x,": "invalid output level 'x'",
	} {
		o := log.DefaultOptions()
		parse(t, o, "--log_output_level", given)
		if err := log.Configure(o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", given, err, want)
		}
	}
	o := log.DefaultOptions()
	parse(t, o, "--log_output_level", "x", "--log_stacktrace_level", "y")
	if err := log.Configure(o); err == nil || !strings.Contains(err.Error(), "stack trace level 'y'") || !strings.Contains(err.Error(), "'x'") {
		t.Errorf("error %v does not name both mistakes", err)
	}
}

func TestAttachFlags_stackTracesAndCallers(t *testing.T) {
	s := log.RegisterScope("flag-b", "")
	configure(t, func(o *log.Options) {
		parse(t, o, "--log_stacktrace_level", "flag-b:error,flag-c:warn", "--log_caller", "flag-b,flag-c,unknown")
	})
	later := log.RegisterScope("flag-c", "")
	if s.GetStackTraceLevel() != log.ErrorLevel || !s.GetLogCallers() {
		t.Error("a scope is not what the flags say")
	}
	if later.GetStackTraceLevel() != log.WarnLevel || !later.GetLogCallers() {
		t.Error("a scope that was registered later is not what the flags say")
	}
	if log.FindScope(log.DefaultScopeName).GetLogCallers() {
		t.Error("a scope that was not named logs callers")
	}
}

func TestDefaultOptions_keepGRPCQuiet(t *testing.T) {
	configure(t, nil)
	if s := log.RegisterScope(log.GrpcScopeName, ""); s.GetOutputLevel() != log.NoneLevel {
		t.Errorf("scope grpc is at %v, want none", s.GetOutputLevel())
	}
}
