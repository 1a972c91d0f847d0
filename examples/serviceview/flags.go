// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
)

// options are what the command line says.
type options struct {
	files      []string
	once       bool
	format     string
	listen     string
	kubeconfig string
	context    string
	graph      string
	explain    string
}

// cluster reports whether a real cluster is asked for.
func (o options) cluster() bool { return o.kubeconfig != "" || o.context != "" }

var errHelp = errors.New("help was asked for")

const usage = `serviceview shows what each service selects, where that runs, and what is wrong.

  serviceview                          the sample manifests, in a fake API server
  serviceview -f FILE -f FOLDER        your manifests, read again when they change
  serviceview -kubeconfig FILE         a cluster; it is only read

Ctrl-C ends it. The exit code is 0, also if some manifests had errors; 1 if nothing
could be loaded or the cluster could not be read; 2 if the flags are wrong.

`

func parseFlags(args []string, w io.Writer) (options, error) {
	var o options
	fs := flag.NewFlagSet("serviceview", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Func("f", "a manifest, or a `folder` of them; may be repeated", func(s string) error {
		if s == "" {
			return errors.New("empty name")
		}
		o.files = append(o.files, s)
		return nil
	})
	fs.BoolVar(&o.once, "once", false, "print the view and exit")
	fs.StringVar(&o.format, "o", "table", "output `format`: table or json; without -once, json prints a value a line")
	fs.StringVar(&o.listen, "listen", "127.0.0.1:0", "serve the fake API on this local `address`; empty for not at all")
	fs.StringVar(&o.kubeconfig, "kubeconfig", "", "read the cluster that this `file` leads to")
	fs.StringVar(&o.context, "context", "", "read the cluster of this `context`, of the usual kubeconfig if none is named")
	fs.StringVar(&o.graph, "graph", "", "print how the view is derived, as a `format`: table, mermaid, dot or json; and exit")
	fs.StringVar(&o.explain, "explain", "", "say what the `object` was made of, and exit; COLLECTION:KEY, or the name of a service")
	err := fs.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		_, _ = io.WriteString(w, usage) // nobody is left to tell
		fs.SetOutput(w)
		fs.PrintDefaults()
		return o, errHelp
	}
	switch {
	case err != nil:
		return o, err
	case fs.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q; files are named with -f", fs.Arg(0))
	case o.format != "table" && o.format != "json":
		return o, fmt.Errorf("-o %q: want table or json", o.format)
	case o.graph != "" && !slices.Contains([]string{"table", "mermaid", "dot", "json"}, o.graph):
		return o, fmt.Errorf("-graph %q: want table, mermaid, dot or json", o.graph)
	case o.cluster() && len(o.files) > 0:
		return o, errors.New("-f reads files and -kubeconfig a cluster: choose one")
	}
	o.once = o.once || o.graph != "" || o.explain != ""
	return o, nil
}
