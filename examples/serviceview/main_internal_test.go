// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/examples/serviceview/render"
	"github.com/krtkit/krtkit/krt"
)

// stream is a writer that can be waited on.
type stream struct {
	mu     sync.Mutex
	text   bytes.Buffer
	change chan struct{}
}

func newStream() *stream { return &stream{change: make(chan struct{}, 1)} }

func (s *stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.change <- struct{}{}:
	default:
	}
	return s.text.Write(p)
}

func (s *stream) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// until waits for a text to appear and returns what follows it.
func (s *stream) until(text string) string {
	for {
		if _, after, ok := strings.Cut(s.String(), text); ok {
			return after
		}
		<-s.change
	}
}

// reset forgets what was written.
func (s *stream) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text.Reset()
}

func noon() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC) }

// once runs the program to its end.
func once(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	out, err := newStream(), newStream()
	code = run(t.Context(), args, output{Out: out, Err: err, Now: noon})
	return code, out.String(), err.String()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

const (
	web = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  selector: {app: web}\n  ports: [{port: 80}]\n"
	pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1, namespace: shop, labels: {app: web}}\nspec:\n  containers: [{name: c, ports: [{containerPort: 80}]}]\nstatus: {phase: Running, conditions: [{type: Ready, status: \"True\"}]}\n"
)

// readme returns the block of the README that begins with the line.
func readme(t *testing.T, first string) string {
	t.Helper()
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, ok := strings.Cut(string(data), "\n"+first+"\n")
	if !ok {
		t.Fatalf("README.md has no line %q", first)
	}
	block, _, _ = strings.Cut(block, "```")
	return block
}

func TestRun_onceShowsTheSamplesAsInTheReadme(t *testing.T) {
	code, stdout, stderr := once(t, "-once")
	if code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if diff := cmp.Diff(readme(t, "$ go run ./examples/serviceview -once"), stderr+stdout); diff != "" {
		t.Errorf("README.md mismatch (-README +got):\n%s", diff)
	}
}

func TestRun_onceAsJSON(t *testing.T) {
	code, stdout, _ := once(t, "-once", "-o", "json")
	var doc render.Document
	if err := json.Unmarshal([]byte(stdout), &doc); err != nil || code != exitOK {
		t.Fatalf("exit code %d, %v", code, err)
	}
	if len(doc.Services) != 10 {
		t.Errorf("got %d services, want 10", len(doc.Services))
	}
}

func TestRun_explainsAsInTheDocuments(t *testing.T) {
	page, err := os.ReadFile("../../docs/debugging-krt.md")
	if err != nil {
		t.Fatal(err)
	}
	const command = "$ go run ./examples/serviceview -explain "
	calls := strings.Split(string(page), command)[1:]
	if len(calls) != 3 {
		t.Errorf("the page has %d calls, want 3", len(calls))
	}
	for _, call := range calls {
		object, want, _ := strings.Cut(call, "\n")
		want, _, _ = strings.Cut(want, "```")
		want, _, _ = strings.Cut(want, "$ ")
		code, got, _ := once(t, "-explain", object)
		if diff := cmp.Diff(want, got); diff != "" || code != exitOK {
			t.Errorf("-explain %s: exit code %d, mismatch (-page +got):\n%s", object, code, diff)
		}
	}
}

func TestRun_showsItsGraph(t *testing.T) {
	page, err := os.ReadFile("../../docs/debugging-krt.md")
	if err != nil {
		t.Fatal(err)
	}
	// Numbers and times are those of one process.
	plain := func(s string) string {
		return regexp.MustCompile(`\bc?[0-9][0-9.,]*[µm]?s?\b`).ReplaceAllString(regexp.MustCompile(`[ ]+`).ReplaceAllString(s, " "), "N")
	}
	for format, fence := range map[string]string{"table": "-graph table\n", "mermaid": "```mermaid\n"} {
		_, want, _ := strings.Cut(string(page), fence)
		want, _, _ = strings.Cut(want, "```")
		code, got, _ := once(t, "-graph", format)
		if diff := cmp.Diff(plain(want), plain(got)); diff != "" || code != exitOK {
			t.Errorf("-graph %s: exit code %d, mismatch (-page +got):\n%s", format, code, diff)
		}
	}
	_, got, _ := once(t, "-graph", "json")
	var g krt.Graph
	if err := json.Unmarshal([]byte(got), &g); err != nil || len(g.Collections) != 20 {
		t.Errorf("-graph json: %d collections, %v", len(g.Collections), err)
	}
	if _, got, _ = once(t, "-graph", "dot"); !strings.HasPrefix(got, "digraph krt {") {
		t.Errorf("-graph dot: %s", got)
	}
}

func TestRun_samplesShowEachKindOfProblem(t *testing.T) {
	_, stdout, _ := once(t, "-once", "-o", "json")
	for _, code := range []string{
		"selects-nothing", "pods-not-ready", "port-name-missing", "port-protocol", "port-undeclared",
		"selector-overlap", "slices-disagree", "no-endpoints",
	} {
		if !strings.Contains(stdout, `"code": "`+code+`"`) {
			t.Errorf("no sample shows %s", code)
		}
	}
}

func TestRun_exitCodes(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "in/web.yaml", web)
	write(t, "in/bad.yaml", "kind: [")
	write(t, "bad.yaml", "kind: [")
	write(t, "other.yaml", "apiVersion: example.com/v1\nkind: Other\nmetadata: {name: a}\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		err  string
	}{
		{"help", []string{"-h"}, exitOK, "read the cluster of this `context`"},
		{"unknown flag", []string{"-x"}, exitUsage, "serviceview: flag provided but not defined: -x"},
		{"argument", []string{"in"}, exitUsage, `unexpected argument "in"; files are named with -f`},
		{"format", []string{"-o", "xml"}, exitUsage, `-o "xml": want table or json`},
		{"graph", []string{"-graph", "png"}, exitUsage, `-graph "png": want table, mermaid, dot or json`},
		{"explain", []string{"-f", "in", "-explain", "pods:a"}, exitError, `no collection is named "pods"; -graph table lists them`},
		{"two sources", []string{"-f", "in", "-kubeconfig", "k"}, exitUsage, "choose one"},
		{"some errors", []string{"-once", "-f", "in"}, exitOK, "in/bad.yaml:1: document 1: not YAML"},
		{"only errors", []string{"-once", "-f", "bad.yaml"}, exitError, "nothing could be loaded"},
		{"no such file", []string{"-once", "-f", "none"}, exitError, "none: no such file or directory"},
		{"only skipped", []string{"-once", "-f", "other.yaml"}, exitOK, "skipped 1 example.com/v1 Other: no definition of this kind\n  in other.yaml (1)"},
		{"address", []string{"-f", "in", "-listen", "192.0.2.1:1"}, exitError, "192.0.2.1"},
		{"kubeconfig", []string{"-kubeconfig", "none"}, exitError, "kubeconfig none"},
		{"context", []string{"-kubeconfig", "none", "-context", "c"}, exitError, `context "c"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			code, _, stderr := once(t, tt.args...)
			want := strings.ReplaceAll(tt.err, "`", "")
			if code != tt.code || !strings.Contains(stderr, want) {
				t.Errorf("exit code %d, want %d; stderr, want %q:\n%s", code, tt.code, want, stderr)
			}
		})
	}
}

// started is the program while it runs.
type started struct {
	out, err *stream
	stop     func() int // ends it and returns the exit code
}

func start(t *testing.T, args ...string) started {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := started{out: newStream(), err: newStream()}
	done := make(chan int, 1)
	go func() { done <- run(ctx, args, output{Out: s.out, Err: s.err, Now: noon}) }()
	s.stop = sync.OnceValue(func() int { cancel(); return <-done })
	t.Cleanup(func() { s.stop() })
	return s
}

func TestRun_followsFilesAndSaysWhy(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "in/web.yaml", web)
	s := start(t, "-f", "in", "-listen", "")
	s.out.until("1 with errors\n")
	s.out.reset()
	write(t, "in/pod.yaml", pod)
	s.out.until("because")
	want := `12:00:00 files: created Pod shop/web-1 (in/pod.yaml:1)
12:00:00 ~ shop/web
    pods ready: 0/0 → 1/1
    pod web-1 joined: ready
    solved error: no pod and no workload has the labels app=web
    because Pod shop/web-1 appeared
`
	if diff := cmp.Diff(want, s.out.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	s.out.reset()
	write(t, "in/pod.yaml", pod+"---\nkind: [\n")
	s.err.until("in/pod.yaml:8: document 2: not YAML")
	if err := os.Remove("in/pod.yaml"); err != nil {
		t.Fatal(err)
	}
	s.err.until("all manifests are in order again")
	s.out.until("because Pod shop/web-1 was deleted\n")
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}

func TestRun_theAPIThatItServesChangesTheView(t *testing.T) {
	s := start(t)
	rest := s.err.until("kubectl --server http://")
	address := regexp.MustCompile(`^[0-9.:]+`).FindString(rest)
	s.out.until("10 services")
	body := `{"apiVersion":"v1","kind":"Service","metadata":{"name":"fresh"},"spec":{"type":"ExternalName","externalName":"example.com"}}`
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/api/v1/namespaces/default/services", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("status %s, %v", resp.Status, err)
	}
	s.out.until("+ default/fresh\n    ExternalName, → example.com\n    because Service default/fresh appeared\n")
	http.DefaultClient.CloseIdleConnections()
	if code := s.stop(); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
}

func TestRun_liveJSONIsAValueALine(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "in/web.yaml", web)
	s := start(t, "-f", "in", "-listen", "", "-o", "json")
	s.out.until("\n")
	write(t, "in/pod.yaml", pod)
	s.out.until("}]}\n{")
	s.out.until("appeared\"]}\n")
	s.stop()
	lines := strings.Split(strings.TrimSpace(s.out.String()), "\n")
	var doc render.Document
	var change render.Change
	if err := json.Unmarshal([]byte(lines[0]), &doc); err != nil {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte(lines[1]), &change); err != nil {
		t.Error(err)
	}
	if len(lines) != 2 || len(doc.Services) != 1 || change.Event != "update" || !change.Time.Equal(noon()) {
		t.Errorf("got %q", lines)
	}
}

// A bubble ends only when every goroutine in it has ended.
func TestRun_leavesNoGoroutineBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, "-listen", "")
		synctest.Wait()
		s.out.until("10 services")
		if code := s.stop(); code != exitOK {
			t.Errorf("exit code %d, want %d", code, exitOK)
		}
	})
}

func TestRun_endsBeforeItHasBegun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	out := newStream()
	if code := run(ctx, nil, output{Out: out, Err: newStream(), Now: noon}); code != exitOK {
		t.Errorf("exit code %d, want %d", code, exitOK)
	}
	if strings.Contains(out.String(), "~") {
		t.Errorf("printed %q", out.String())
	}
}

// The manifests are not ours to copy; where they are beside the checkout, all of
// them must be understood.
func TestRun_realManifests(t *testing.T) {
	data := filepath.Join("..", "..", "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skipf("no real manifests beside this checkout: %v", err)
	}
	for _, dir := range []string{"bookinfo", "online-boutique"} {
		t.Run(dir, func(t *testing.T) {
			code, stdout, stderr := once(t, "-once", "-f", filepath.Join(data, dir))
			if code != exitOK || strings.Contains(stderr, "document") || !strings.Contains(stderr, "VirtualService: no definition of this kind") {
				t.Errorf("exit code %d, stderr:\n%s", code, stderr)
			}
			if strings.Contains(stdout, "✗") || strings.Contains(stdout, "0/0") {
				t.Errorf("a service of a working application has an error:\n%s", stdout)
			}
		})
	}
}
