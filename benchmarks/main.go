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

	"github.com/krtkit/krtkit/benchmarks/engines/istio"
)

func main() {
	met, err := run(os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case !met:
		os.Exit(1)
	}
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
	h := &harness{suites: suites(), rounds: max(1, *rounds), budget: *budget}
	if *quick {
		h.quick, h.rounds, h.budget = true, 1, time.Millisecond
	}
	for _, r := range rows {
		start := time.Now()
		fmt.Fprintf(progress, "%-3s %s … ", r.id, r.title)
		h.run(r)
		fmt.Fprintf(progress, "%.1f s\n", time.Since(start).Seconds())
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
