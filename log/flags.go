// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// AttachFlags defines the command line's flags of o by functions of a library of flags,
// such as those of a pflag.FlagSet; package logcobra does it for a command of cobra. The
// flags change o when the command line is read, so [Configure] comes after that.
//
//	--log_target                where lines go: OutputPaths; may be given more than once
//	--log_as_json               JSONEncoding
//	--log_output_level          levels of scopes, as in "info,webhook:debug,all:warn"
//	--log_stacktrace_level      stack-trace levels of scopes, in the same form
//	--log_caller                scopes, or "all", that say where lines were logged from
//	--log_rotate                RotateOutputPath
//	--log_rotate_max_size       RotationMaxSize
//	--log_rotate_max_age        RotationMaxAge
//	--log_rotate_max_backups    RotationMaxBackups
//
// Scopes that are registered later may be named too.
func (o *Options) AttachFlags(
	stringArrayVar func(p *[]string, name string, value []string, usage string),
	stringVar func(p *string, name string, value string, usage string),
	intVar func(p *int, name string, value int, usage string),
	boolVar func(p *bool, name string, value bool, usage string),
) {
	names := append(slices.Sorted(maps.Keys(Scopes())), OverrideScopeName)
	scopes := "[" + strings.Join(names, ", ") + "]"
	levels := slices.Clone(levelNames[:])
	slices.Reverse(levels)
	choices := fmt.Sprintf("Comma-separated list of <scope>:<level>, or <level> for the default scope only, where scope can be one of %s "+
		"and level one of [%s]", scopes, strings.Join(levels, ", "))

	stringArrayVar(&o.OutputPaths, "log_target", o.OutputPaths,
		"Where to write the log: any path as well as the special values stdout and stderr; may be given more than once")
	boolVar(&o.JSONEncoding, "log_as_json", o.JSONEncoding, "Write the log as JSON instead of plain text")
	stringVar(&o.outputLevels, "log_output_level", o.outputLevels, "What is logged. "+choices)
	stringVar(&o.stackTraceLevels, "log_stacktrace_level", o.stackTraceLevels, "From which level on stack traces are logged. "+choices)
	stringVar(&o.callers, "log_caller", o.callers,
		"Comma-separated list of scopes whose lines say where they were logged from: any of "+scopes)
	stringVar(&o.RotateOutputPath, "log_rotate", o.RotateOutputPath, "File to write the log to that is renamed and begun anew when it is full")
	intVar(&o.RotationMaxSize, "log_rotate_max_size", o.RotationMaxSize,
		fmt.Sprintf("Size of that file in megabytes; 0 for %d", defaultRotationMaxSize))
	intVar(&o.RotationMaxAge, "log_rotate_max_age", o.RotationMaxAge,
		fmt.Sprintf("Days to keep renamed files for; 0 for %d", defaultRotationMaxAge))
	intVar(&o.RotationMaxBackups, "log_rotate_max_backups", o.RotationMaxBackups,
		fmt.Sprintf("How many renamed files to keep; 0 for %d", defaultRotationMaxBackups))
}
