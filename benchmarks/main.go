// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"time"

	"github.com/krtkit/krtkit/benchmarks/engines/apiserver"
	"github.com/krtkit/krtkit/benchmarks/engines/istio"
	"github.com/krtkit/krtkit/benchmarks/engines/kubecache"
	"github.com/krtkit/krtkit/benchmarks/scenario"
)

func main() {
	istio.LogErrorsOnly()
	apiserver.LogNothing()
	started, err := kubecache.Helped(os.Args, os.Stdin, os.Stdout)
	met := started
	if !started {
		met, err = run(os.Args[1:], os.Stdout, os.Stderr)
	}
	code := 0
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		code = 2
	case !met:
		code = 1
	}
	os.Exit(code) //nolint:forbidigo // this is main
}

// run measures what the arguments ask for, prints it, and reports whether all targets
// are met.
func run(args []string, out, progress io.Writer) (bool, error) {
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("only", "", "measure only these `rows`, such as B1,B4")
	by := flags.String("by", "", "measure only these `contenders`, such as krtkit,Istio; without one of these two, nothing can miss its target")
	quick := flags.Bool("quick", false, "measure little, to see that everything works; nothing can miss its target")
	asJSON := flags.Bool("json", false, "print JSON")
	cold := flags.Bool("cold", false, "build the programs of K3 with an empty build cache, too: minutes, and gigabytes in the folder for temporary files")
	rounds := flags.Int("rounds", 5, "measure everything so many `times`, in turn")
	budget := flags.Duration("budget", 200*time.Millisecond, "measure what is short for so long in each round")
	cpu := flags.String("cpuprofile", "", "write a profile of the processor's time to a `file`")
	allocs := flags.String("memprofile", "", "write a profile of all allocations to a `file`")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	rows, err := selected(allRows(), *only, func(r row) string { return r.id })
	if err != nil {
		return false, fmt.Errorf("-only %s: %w", *only, err)
	}
	contenders, err := selected(suites(), *by, func(s scenario.Suite) string { return s.Name })
	if err != nil {
		return false, fmt.Errorf("-by %s: %w", *by, err)
	}
	end, err := profile(*cpu, *allocs)
	if err != nil {
		return false, err
	}

	h := newHarness(contenders, max(1, *rounds), *budget)
	h.cold = *cold
	if *quick {
		h.quick, h.judge, h.rounds, h.budget = true, false, 1, time.Millisecond
	}
	for _, r := range rows {
		start := time.Now()
		h.run(r)
		if _, err := fmt.Fprintf(progress, "%-3s %5.1f s: %s\n", r.id, time.Since(start).Seconds(), r.title); err != nil {
			return false, err
		}
	}
	if err := end(); err != nil {
		return false, err
	}
	if *asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", "\t")
		err = enc.Encode(h.lines)
	} else {
		err = printTable(out, rows, h.lines)
	}
	return !slices.ContainsFunc(h.lines, func(l line) bool { return l.Missed }), err
}

// selected returns those with the given names, which are separated by commas, or all
// if there are none.
func selected[T any](all []T, only string, name func(T) string) ([]T, error) {
	if only == "" {
		return all, nil
	}
	names := strings.Split(only, ",")
	for _, n := range names {
		if !slices.ContainsFunc(all, func(t T) bool { return name(t) == n }) {
			return nil, fmt.Errorf("there is no %q", n)
		}
	}
	return slices.DeleteFunc(all, func(t T) bool { return !slices.Contains(names, name(t)) }), nil
}

// profile begins to write profiles to the named files, if there are names. The function
// that it returns ends that.
func profile(cpu, allocs string) (end func() error, err error) {
	var times *os.File
	if cpu != "" {
		if times, err = os.Create(cpu); err != nil {
			return nil, err
		}
		if err := pprof.StartCPUProfile(times); err != nil {
			return nil, errors.Join(err, times.Close())
		}
	}
	return func() error {
		var errs []error
		if times != nil {
			pprof.StopCPUProfile()
			errs = append(errs, times.Close())
		}
		if allocs != "" {
			f, err := os.Create(allocs)
			if err != nil {
				return errors.Join(append(errs, err)...)
			}
			errs = append(errs, pprof.Lookup("allocs").WriteTo(f, 0), f.Close())
		}
		return errors.Join(errs...)
	}, nil
}
