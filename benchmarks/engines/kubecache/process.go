// SPDX-License-Identifier: Apache-2.0

package kubecache

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// What a process is started for besides measuring, as its first argument.
const (
	fillCommand  = "fill-a-cache"
	serveCommand = "serve-pods"
)

// Helped does what this program was started for by itself, if the arguments say so: to be a server, or to fill a cache.
// Programs that use [Serve] or Fill begin with it, and do nothing else if it returns true.
func Helped(args []string, in io.Reader, out io.Writer) (bool, error) {
	if len(args) < 2 {
		return false, nil
	}
	switch args[1] {
	case fillCommand:
		return true, fillHere(args[2:], out)
	case serveCommand:
		return true, serveHere(args[2:], in, out)
	default:
		return false, nil
	}
}

// Serve starts a server with so many pods as clusters have them, for Fill, in a process of its own: this one's memory is
// not to be full of them. It listens on the address until end is called.
func Serve(pods int) (address string, end func(), err error) {
	program, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(context.Background(), program, serveCommand, strconv.Itoa(pods))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	end = func() {
		must(in.Close())
		must(cmd.Wait())
	}
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		end()
		return "", nil, fmt.Errorf("the address of the server: %w", err)
	}
	return strings.TrimSpace(address), end, nil
}

// serveHere serves as many pods as the argument says until there is no more input.
func serveHere(args []string, in io.Reader, out io.Writer) error {
	if len(args) != 1 {
		return fmt.Errorf("%s is started with %q, want a number of pods", serveCommand, args)
	}
	pods, err := strconv.Atoi(args[0])
	if err != nil {
		return err
	}
	s := kubefake.NewServer(objects(pods, pod)...)
	defer s.Close()
	address, err := s.Listen(":0")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, address); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, in)
	return err
}
