// SPDX-License-Identifier: Apache-2.0

package krtvet_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// root is the folder of the module.
var root = filepath.Join("..", "..")

// controller is a module of its own with a mistake for each check.
var controller = map[string]string{
	"go.mod": "module example.com/controller\n\ngo 1.26.0\n\nrequire github.com/krtkit/krtkit v0.0.0\n\nreplace github.com/krtkit/krtkit => %s\n",
	"controller.go": `package controller

import "github.com/krtkit/krtkit/krt"

type Pod struct {
	Name   string
	Labels map[string]string
}

func (p *Pod) ResourceName() string { return p.Name }

func (p Pod) Equals(o Pod) bool { return p.Name == o.Name }

func New(pods krt.StaticCollection[*Pod], byApp krt.Index[string, *Pod], mode krt.Singleton[string], stop <-chan struct{}) krt.Collection[*Pod] {
	apps := []string{"web"}
	out := krt.NewCollection(pods, func(ctx krt.HandlerContext, p *Pod) **Pod {
		if len(byApp.Lookup("web")) > 0 && pods.GetKey("web") != nil && len(pods.List()) > 0 && mode.Get() != nil {
			p.Labels["web"] = "true"
		}
		krt.Fetch(ctx, pods, krt.FilterGeneric(func(o any) bool { return o.(*Pod).Name == apps[0] }))
		return &p
	})
	apps = nil
	return out
}
`,
}

// mistakes are what is reported for controller, as lines and analyzers.
var mistakes = []string{
	"16 krtequals", "16 krtstop",
	"17 krtlookup", "17 krtlookup", "17 krtlookup", "17 krtlookup",
	"18 krtmutate",
	"20 krtcapture",
}

func TestVettool_underGoVet(t *testing.T) {
	watch(t, "..")
	watch(t, filepath.Join(root, "examples"))
	krtvet := build(t)

	t.Run("reports what each check finds", func(t *testing.T) {
		dir := writeModule(t)
		if diff := cmp.Diff(mistakes, findings(t, krtvet, dir)); diff != "" {
			t.Errorf("go vet mismatch (-want +got):\n%s", diff)
		}
		want := slices.DeleteFunc(slices.Clone(mistakes), func(m string) bool { return strings.HasSuffix(m, "krtlookup") })
		if diff := cmp.Diff(want, findings(t, krtvet, dir, "-krtlookup=false")); diff != "" {
			t.Errorf("go vet without a check mismatch (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"18 krtmutate"}, findings(t, krtvet, dir, "-krtmutate")); diff != "" {
			t.Errorf("go vet with one check mismatch (-want +got):\n%s", diff)
		}
	})
	t.Run("fixes what it can, and that compiles", func(t *testing.T) {
		dir := writeModule(t)
		if out, err := run(t, dir, krtvet, "-fix", "./..."); err != nil {
			t.Fatalf("krtvet -fix: %v\n%s", err, out)
		}
		if out, err := run(t, dir, "go", "build", "./..."); err != nil {
			t.Fatalf("go build after krtvet -fix: %v\n%s", err, out)
		}
		if diff := cmp.Diff([]string{"16 krtequals", "18 krtmutate", "20 krtcapture"}, findings(t, krtvet, dir)); diff != "" {
			t.Errorf("go vet after krtvet -fix mismatch (-want +got):\n%s", diff)
		}
	})
	t.Run("finds nothing in krt and the examples", func(t *testing.T) {
		if out, err := run(t, root, "go", "vet", "-vettool="+krtvet, "./krt/...", "./examples/..."); err != nil {
			t.Errorf("go vet: %v\n%s", err, out)
		}
	})
}

// build builds the command and returns its path.
func build(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "krtvet")
	if out, err := run(t, ".", "go", "build", "-o", name, "./cmd/krtvet"); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return name
}

func writeModule(t *testing.T) string {
	t.Helper()
	abs, err := filepath.Abs(root)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, text := range controller {
		if name == "go.mod" {
			text = fmt.Sprintf(text, abs)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// run runs a command and returns what it prints. It needs no network: krt needs no
// other module.
func run(t *testing.T, dir, name string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOPROXY=off", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// findings runs go vet with the flags and returns the lines and analyzers of what it
// reports.
func findings(t *testing.T, krtvet, dir string, flags ...string) []string {
	t.Helper()
	args := append([]string{"vet", "-vettool=" + krtvet, "-json"}, flags...)
	out, err := run(t, dir, "go", append(args, "./...")...)
	if err != nil {
		t.Fatalf("go vet: %v\n%s", err, out)
	}
	// The documents of packages follow comments with their names.
	text := regexp.MustCompile(`(?m)^#.*$`).ReplaceAllString(out, "")
	found := []string{}
	for dec := json.NewDecoder(strings.NewReader(text)); dec.More(); {
		var doc map[string]map[string][]struct{ Posn string }
		if err := dec.Decode(&doc); err != nil {
			t.Fatalf("go vet -json prints: %v\n%s", err, out)
		}
		for _, analyzers := range doc {
			for name, diagnostics := range analyzers {
				for _, d := range diagnostics {
					line := strings.Split(d.Posn, ":")
					found = append(found, line[len(line)-2]+" "+name)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}
