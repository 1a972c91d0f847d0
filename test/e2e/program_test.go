// SPDX-License-Identifier: Apache-2.0

package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// program is a built serviceview.
type program string

// repository is the root of the repository, whose module the example is in.
var repository = filepath.Join("..", "..")

// newProgram builds serviceview.
func newProgram(t *testing.T) program {
	t.Helper()
	path := filepath.Join(t.TempDir(), "serviceview")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./examples/serviceview")
	cmd.Dir = repository
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build serviceview: %v\n%s", err, out)
	}
	return program(path)
}

// services are what serviceview prints as JSON, by namespace and name.
type services map[string]any

func (s services) put(t *testing.T, service any) {
	t.Helper()
	s[keyOf(t, service)] = service
}

func keyOf(t *testing.T, service any) string {
	t.Helper()
	fields, ok := service.(map[string]any)
	if !ok {
		t.Fatalf("a service is printed as %v", service)
	}
	namespace, _ := fields["namespace"].(string)
	name, ok := fields["name"].(string)
	if !ok {
		t.Fatalf("a service is printed without a name: %v", service)
	}
	return namespace + "/" + name
}

// decodeView reads the JSON document of a whole view.
func decodeView(t *testing.T, decoder *json.Decoder) services {
	t.Helper()
	var document struct{ Services []any }
	if err := decoder.Decode(&document); err != nil {
		t.Fatalf("view as JSON: %v", err)
	}
	view := services{}
	for _, service := range document.Services {
		view.put(t, service)
	}
	return view
}

// once runs the program until it has printed the view.
func (p program) once(t *testing.T, kubeconfig string) services {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), string(p), "-once", "-o", "json", "-kubeconfig", kubeconfig)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("serviceview -once: %v\n%s", err, stderr.String())
	}
	return decodeView(t, json.NewDecoder(bytes.NewReader(out)))
}

// follower is a running serviceview and the view that its output adds up to.
type follower struct {
	view    services
	cmd     *exec.Cmd
	changes chan change
}

// change is one that serviceview prints.
type change struct {
	Event   string
	Service any
}

// follow starts the program and reads the view that it prints first.
func (p program) follow(t *testing.T, kubeconfig string) *follower {
	t.Helper()
	stderr, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), string(p), "-o", "json", "-kubeconfig", kubeconfig)
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	f := &follower{cmd: cmd, changes: make(chan change)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // an error says that it has ended
		_ = cmd.Wait()
		_ = stderr.Close()
		if text, err := os.ReadFile(stderr.Name()); t.Failed() && err == nil {
			t.Logf("serviceview said:\n%s", text)
		}
	})
	decoder := json.NewDecoder(stdout)
	f.view = decodeView(t, decoder)
	go func() {
		defer close(f.changes)
		for {
			var c change
			if decoder.Decode(&c) != nil { // the end, or a test that ends
				return
			}
			select {
			case f.changes <- c:
			case <-t.Context().Done():
				return
			}
		}
	}()
	return f
}

// next applies the next change that the program prints.
func (f *follower) next(t *testing.T, timeout <-chan time.Time) (more bool) {
	t.Helper()
	select {
	case c, open := <-f.changes:
		if !open {
			t.Fatal("serviceview ended, or printed something that is not a change")
		}
		key := keyOf(t, c.Service)
		_, known := f.view[key]
		if known != (c.Event != "add") {
			t.Fatalf("serviceview prints %q for %s; known before: %v", c.Event, key, known)
		}
		if c.Event == "delete" {
			delete(f.view, key)
		} else {
			f.view[key] = c.Service
		}
		return true
	case <-timeout:
		return false
	}
}

// wantView reads changes until the view is the wanted one.
func (f *follower) wantView(t *testing.T, want services) {
	t.Helper()
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for !cmp.Equal(want, f.view) {
		if !f.next(t, timeout.C) {
			t.Fatalf("within %v serviceview did not come to the view, mismatch (-want +got):\n%s", patience, cmp.Diff(want, f.view))
		}
	}
}

// interrupt ends the program as Ctrl-C does. It must not have printed anything since
// the last change that was read.
func (f *follower) interrupt(t *testing.T) {
	t.Helper()
	if err := f.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	for c := range f.changes {
		t.Errorf("serviceview printed one more change: %v", c)
	}
	if err := f.cmd.Wait(); err != nil {
		t.Errorf("serviceview after an interrupt: %v", err)
	}
}

// refusal runs the program, which must end with exit code 1, and returns what it
// says.
func (p program) refusal(t *testing.T, kubeconfig string) string {
	t.Helper()
	var stderr strings.Builder
	cmd := exec.CommandContext(t.Context(), string(p), "-kubeconfig", kubeconfig)
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("serviceview ended with %v, want exit code 1; it said:\n%s", err, stderr.String())
	}
	return stderr.String()
}
