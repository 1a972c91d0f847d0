// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/krtkit/krtkit/examples/serviceview/render"
)

func main() {
	// A second Ctrl-C ends the program the hard way.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	out := output{Out: os.Stdout, Err: os.Stderr, Now: time.Now}
	if fd := int(os.Stdout.Fd()); term.IsTerminal(fd) {
		out.Color = os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
		if width, _, err := term.GetSize(fd); err == nil {
			out.Width = max(80, min(width, 160))
		}
	}
	os.Exit(run(ctx, os.Args[1:], out))
}

// output is where the program writes and how.
type output struct {
	Out, Err io.Writer
	Color    bool
	Width    int
	Now      func() time.Time
}

func (o output) printer() render.Printer {
	return render.Printer{Out: o.Out, Color: o.Color, Width: o.Width}
}

// say writes a line for people, beside the view itself.
func (o output) say(format string, args ...any) {
	// If nobody reads it any more, nobody can be told about that either.
	_, _ = fmt.Fprintf(o.Err, format+"\n", args...)
}

// The exit codes.
const (
	exitOK    = 0 // also when Ctrl-C ended it, and when some manifests had errors
	exitError = 1 // nothing could be loaded, the cluster could not be read, …
	exitUsage = 2 // the command line is wrong
)

// run is the program without its process. It returns the exit code, and leaves no
// goroutine behind.
func run(ctx context.Context, args []string, out output) int {
	o, err := parseFlags(args, out.Err)
	switch {
	case errors.Is(err, errHelp):
		return exitOK
	case err != nil:
		out.say("serviceview: %v\nRun serviceview -h for the flags.", err)
		return exitUsage
	}
	do := runFiles
	if o.cluster() {
		do = runCluster
	}
	if err := do(ctx, o, out); err != nil {
		out.say("serviceview: %v", err)
		return exitError
	}
	return exitOK
}
