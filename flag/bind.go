// SPDX-License-Identifier: Apache-2.0

package flag

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// Flaggable is a type of variables that flags set.
type Flaggable interface {
	string | bool | uint16 | time.Duration
}

// envAnnotation is the annotation of flags that has their environment variables.
const envAnnotation = "krtkit.dev/env"

// Bind defines a flag that sets val. Its default is what val is now. The shorthand is one
// letter, or "" for none.
func Bind[T Flaggable](fs *pflag.FlagSet, name, shorthand, usage string, val *T) {
	switch p := any(val).(type) {
	case *string:
		fs.StringVarP(p, name, shorthand, *p, usage)
	case *bool:
		fs.BoolVarP(p, name, shorthand, *p, usage)
	case *uint16:
		fs.Uint16VarP(p, name, shorthand, *p, usage)
	case *time.Duration:
		fs.DurationVarP(p, name, shorthand, *p, usage)
	}
}

// BindEnv is [Bind], and sets the flag to the value of an environment variable if there is
// one. That has the flag's name in upper case with "_" for "-": "drain-time" is set by
// DRAIN_TIME. A value that the flag does not accept is logged, and the default stays.
func BindEnv[T Flaggable](fs *pflag.FlagSet, name, shorthand, usage string, val *T) {
	warn(BindEnvE(fs, name, shorthand, usage, val))
}

// BindEnvE is [BindEnv], and returns the error instead of logging it. The flag is defined
// in any case.
func BindEnvE[T Flaggable](fs *pflag.FlagSet, name, shorthand, usage string, val *T) error {
	Bind(fs, name, shorthand, usage, val)
	return AdditionalEnvE(fs, name, strings.ToUpper(strings.ReplaceAll(name, "-", "_")))
}

// AdditionalEnv sets a flag that is defined to the value of an environment variable of that
// very name, if there is one. A value that the flag does not accept is logged and changes
// nothing; so is a flag that is not defined.
func AdditionalEnv(fs *pflag.FlagSet, flagName, envName string) {
	warn(AdditionalEnvE(fs, flagName, envName))
}

// AdditionalEnvE is [AdditionalEnv], and returns the error instead of logging it. It names
// the flag, the variable and the value.
func AdditionalEnvE(fs *pflag.FlagSet, flagName, envName string) error {
	f := fs.Lookup(flagName)
	if f == nil {
		return fmt.Errorf("environment variable %s: there is no flag --%s", envName, flagName)
	}
	if err := fs.SetAnnotation(flagName, envAnnotation, append(EnvNames(f), envName)); err != nil {
		return fmt.Errorf("environment variable %s: %w", envName, err)
	}
	value, ok := os.LookupEnv(envName) //nolint:forbidigo // what this function is for; main calls it
	if !ok {
		return nil
	}
	before := f.Value.String()
	if err := fs.Set(flagName, value); err != nil {
		err = fmt.Errorf("environment variable %s=%q: %w", envName, value, err)
		// Some of pflag's values are zero after an error.
		if f.Value.String() != before {
			if undo := f.Value.Set(before); undo != nil {
				return fmt.Errorf("%w; restore %q: %w", err, before, undo)
			}
		}
		return err
	}
	return nil
}

// EnvNames returns the environment variables that can set a flag, in the order in which
// they were read; nil if there are none.
func EnvNames(f *pflag.Flag) []string { return slices.Clone(f.Annotations[envAnnotation]) }

// warn logs an error.
func warn(err error) {
	if err != nil {
		slog.Default().With("scope", "flag").Warn("environment variable is ignored", "error", err)
	}
}
