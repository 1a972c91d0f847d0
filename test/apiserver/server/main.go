// SPDX-License-Identifier: Apache-2.0

// Command server is kube-apiserver and etcd in one binary, for tests.
//
//	server etcd -dir DIR -socket FILE
//	server apiserver [kube-apiserver's flags]
//
// They are two modes rather than one process so that a test can kill the API
// server with SIGKILL and start it again while etcd keeps the data. Both end
// when their standard input does: whoever starts one holds the other end of a
// pipe, so that neither outlives a test that dies, however it dies.
//
// The module beside this file has only this program in it: its several hundred
// dependencies stay out of the module of the tests.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	_ "time/tzdata" // for the time zones of CronJobs, as in kube-apiserver's own main

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() {
	os.Exit(run(os.Args[1:])) //nolint:forbidigo // this is main
}

func run(args []string) int {
	if len(args) == 0 {
		return fail(errors.New("want a mode: etcd or apiserver"))
	}
	go exitWith(os.Stdin)
	switch mode := args[0]; mode {
	case "etcd":
		if err := serveEtcd(args[1:]); err != nil {
			return fail(fmt.Errorf("etcd: %w", err))
		}
		return 0
	case "apiserver":
		command := app.NewAPIServerCommand()
		command.SetArgs(args[1:])
		return cli.Run(command)
	default:
		return fail(fmt.Errorf("mode %q: want etcd or apiserver", mode))
	}
}

// exitWith ends the process at the end of lifeline. There is nothing to tidy
// up: the data is thrown away with the process that held the other end.
func exitWith(lifeline io.Reader) {
	_, _ = io.Copy(io.Discard, lifeline) // an error ends it too
	code := fail(errors.New("standard input ended: the process that started this one is gone"))
	os.Exit(code) //nolint:forbidigo // main waits for the end of a server that must end now
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, "server:", err)
	return 1
}
