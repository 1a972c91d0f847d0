// SPDX-License-Identifier: Apache-2.0

package apiserver

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// tailLines is how many lines of a log an error carries.
const tailLines = 20

// process is a running mode of the server's program.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended and err is set
	err  error
}

// startProcess runs the program until it ends by itself, ctx ends or kill is
// called. What it writes is added to the file log.
//
// The process reads a pipe that this one never writes to, and ends with it. So it
// ends with this process too, however that ends: unlike a parent-death signal,
// which Linux sends when a thread ends, and which nothing else has.
func startProcess(ctx context.Context, log, program string, args ...string) (*process, error) {
	name := args[0]
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("log of %s: %w", name, err)
	}
	defer func() { _ = out.Close() }()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if _, err := cmd.StdinPipe(); err != nil { // closed by Wait
		return nil, fmt.Errorf("pipe to %s: %w", name, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	go func() {
		defer close(p.done)
		p.err = cmd.Wait()
	}()
	return p, nil
}

// kill ends the process with SIGKILL and returns when it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended already
	<-p.done
}

// failure describes why a process that should run has ended. It may be called
// after done is closed.
func (p *process) failure() error {
	cause := p.err
	if cause == nil {
		return fmt.Errorf("%s ended without an error; its log ends:\n%s", p.name, tail(p.log))
	}
	return fmt.Errorf("%s ended: %w; its log ends:\n%s", p.name, cause, tail(p.log))
}

// tail returns the end of a log, or why it cannot be read.
func tail(log string) string {
	content, err := os.ReadFile(log)
	if err != nil {
		return err.Error()
	}
	return lastLines(string(content))
}

func lastLines(text string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-tailLines):], "\n")
}
