// SPDX-License-Identifier: Apache-2.0

// Command start runs a real Kubernetes API server on 127.0.0.1 until it is
// interrupted, and prints the path of a kubeconfig file for it:
//
//	go run ./apiserver/start
//	kubectl --kubeconfig <that path> get namespaces
//
// With -build it only builds the server's program, if need be, and prints its
// path: tests that come after it then start without a wait of minutes.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/krtkit/krtkit/test/apiserver"
)

func main() {
	build := flag.Bool("build", false, "only build the server's program and print its path")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := run(ctx, *build, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "start:", err)
		os.Exit(1) //nolint:forbidigo // this is main
	}
}

func run(ctx context.Context, build bool, out io.Writer) error {
	if build {
		path, err := apiserver.Binary(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, path)
		return err
	}
	server, err := apiserver.Start(ctx)
	if err != nil {
		return err
	}
	defer server.Stop()
	if _, err := fmt.Fprintln(out, server.Kubeconfig()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}
