// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/krtkit/krtkit/benchmarks/engines/apiserver"
	"github.com/krtkit/krtkit/benchmarks/engines/istio"
)

func main() {
	met, err := run(os.Args[1:], os.Stdout, os.Stderr)
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
	only := flags.String("only", "", "measure these rows `only`, such as B1,B4")
	quick := flags.Bool("quick", false, "measure little, to see that everything works; nothing can miss its target")
	asJSON := flags.Bool("json", false, "print JSON")
	rounds := flags.Int("rounds", 5, "measure everything so many `times`, in turn")
	budget := flags.Duration("budget", 200*time.Millisecond, "measure what is short for so long in each round")
	if err := flags.Parse(args); err != nil {
		return false, err
	}
	rows, err := selected(allRows(), *only)
	if err != nil {
		return false, err
	}

	istio.LogErrorsOnly()
	apiserver.LogNothing()
	h := &harness{suites: suites(), rounds: max(1, *rounds), budget: *budget}
	if *quick {
		h.quick, h.rounds, h.budget = true, 1, time.Millisecond
	}
	for _, r := range rows {
		start := time.Now()
		h.run(r)
		if _, err := fmt.Fprintf(progress, "%-3s %5.1f s: %s\n", r.id, time.Since(start).Seconds(), r.title); err != nil {
			return false, err
		}
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

// selected returns the rows with the given names, which are separated by commas, or
// all if there are none.
func selected(rows []row, only string) ([]row, error) {
	if only == "" {
		return rows, nil
	}
	names := strings.Split(only, ",")
	for _, name := range names {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.id == name }) {
			return nil, fmt.Errorf("there is no row %q", name)
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool { return !slices.Contains(names, r.id) }), nil
}
