// SPDX-License-Identifier: Apache-2.0

//go:build !agent

package collateral_test

import (
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/krtkit/krtkit/collateral"
	krtflag "github.com/krtkit/krtkit/flag"
	"github.com/krtkit/krtkit/monitoring"
	"github.com/krtkit/krtkit/util/env"
	"github.com/krtkit/krtkit/util/test"
)

var update = flag.Bool("update", false, "write the golden files")

var (
	_ = env.Register("SAMPLE_WORKERS", 4, "How many <objects> are reconciled at once.")
	_ = env.Register("SAMPLE_MODE", "fast", "How.", env.WithAllowed("fast", "safe"))
	_ = env.Register("SAMPLE_HIDDEN", "", "Nobody shall know.", env.WithHidden())
	_ = env.Register("SAMPLE_OLD", time.Second, "Use SAMPLE_MODE.", env.WithDeprecated())
	_ = env.Register("OTHER_VARIABLE", "", "Of another program.")

	_ = monitoring.NewSum("sample/requests-total", "Requests & answers.")
	_ = monitoring.NewDistribution("sample_seconds", "Time that they took.", []float64{1, 2})
)

// sample returns the program that the golden files are about.
func sample() *cobra.Command {
	run := func(*cobra.Command, []string) {}
	root := &cobra.Command{
		Use: "sample", Short: `Serve "samples"`, Long: "Serve samples.\nMany of them.\n\nLike so:\n\n\tsample serve <file>\n\tsample stop\n\nThat is all.",
	}
	root.PersistentFlags().String("config", "", "Read this `file`")
	serve := &cobra.Command{
		Use: "serve <file>", Short: "Serve a file", Aliases: []string{"s", "run"}, Run: run,
		Example: "  # everything\n  sample serve -p 80 x && echo \"<done>\"\n",
	}
	port, old, secret := uint16(8080), "", ""
	krtflag.BindEnv(serve.Flags(), "sample-port", "p", "Port to listen on.", &port)
	krtflag.AdditionalEnv(serve.Flags(), "sample-port", "SAMPLE_OLD_PORT")
	krtflag.Bind(serve.Flags(), "old", "", "Is not used.", &old)
	krtflag.Bind(serve.Flags(), "internal", "", "Is for tests.", &secret)
	for _, err := range []error{serve.Flags().MarkDeprecated("old", "use new"), serve.Flags().MarkHidden("internal")} {
		if err != nil {
			panic(err)
		}
	}
	hidden := &cobra.Command{Use: "secret", Short: "Nobody shall know", Hidden: true, Run: run}
	gone := &cobra.Command{Use: "gone", Short: "Serve no more", Deprecated: "use serve", Run: run}
	completion := &cobra.Command{Use: "completion", Short: "Print completions"}
	completion.AddCommand(&cobra.Command{Use: "bash", Short: "Print completions for bash", Long: "depends on the terminal", Run: run})
	root.AddCommand(serve, hidden, gone, completion)
	root.AddCommand(collateral.CobraCommand(root, collateral.Metadata{Title: "Sample", Section: "8", Manual: "Samples"}))
	return root
}

// selected are the variables and metrics of the sample.
var selected = collateral.Predicates{
	SelectEnv:    func(v env.Var) bool { return strings.HasPrefix(v.Name, "SAMPLE_") },
	SelectMetric: func(m monitoring.MetricDefinition) bool { return strings.HasPrefix(m.Name, "sample_") },
}

// content returns the files of a folder.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}

func TestEmitCollateral_writesTheGoldenFiles(t *testing.T) {
	date := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	dir := filepath.Join(t.TempDir(), "new", "folder")
	c := &collateral.Control{
		OutputDir: dir, EmitManPages: true, EmitYAML: true, EmitMarkdown: true, EmitHTMLFragmentWithFrontMatter: true,
		ManPageInfo: doc.GenManHeader{Title: "Sample", Section: "8", Manual: "Samples", Date: &date}, Predicates: selected,
	}
	if err := collateral.EmitCollateral(sample(), c); err != nil {
		t.Fatal(err)
	}
	got := content(t, dir)
	const golden = "testdata/golden"
	if *update {
		if err := errors.Join(os.RemoveAll(golden), os.CopyFS(golden, os.DirFS(dir))); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(content(t, golden), got); diff != "" {
		t.Errorf("files differ from %s; -update writes them (-want +got):\n%s", golden, diff)
	}
}

func TestEmitCollateral_leavesTheCommandsAsTheyWere(t *testing.T) {
	root := sample()
	bash, _, err := root.Find([]string{"completion", "bash"})
	if err != nil {
		t.Fatal(err)
	}
	var first map[string]string
	for range 2 {
		dir := t.TempDir()
		if err := collateral.EmitCollateral(root, &collateral.Control{OutputDir: dir, EmitHTMLFragmentWithFrontMatter: true}); err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = content(t, dir)
		}
		if diff := cmp.Diff(first, content(t, dir)); diff != "" {
			t.Errorf("the second time is different (-first +second):\n%s", diff)
		}
	}
	if bash.Long != "depends on the terminal" || bash.DisableAutoGenTag {
		t.Errorf("the command has the text %q now", bash.Long)
	}
}

func TestEmitCollateral_withoutPredicatesListsAll(t *testing.T) {
	dir := t.TempDir()
	if err := collateral.EmitCollateral(sample(), &collateral.Control{OutputDir: dir, EmitHTMLFragmentWithFrontMatter: true}); err != nil {
		t.Fatal(err)
	}
	html := content(t, dir)["sample.html"]
	for _, want := range []string{"OTHER_VARIABLE", "SAMPLE_MODE", "sample_requests_total"} {
		if !strings.Contains(html, want) {
			t.Errorf("%s is not listed", want)
		}
	}
	if strings.Contains(html, "SAMPLE_HIDDEN") {
		t.Error("a hidden variable is listed")
	}
}

func TestEmitCollateral_saysWhatCannotBeWritten(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := collateral.EmitCollateral(sample(), &collateral.Control{OutputDir: file}); err == nil || !strings.Contains(err.Error(), "documents of sample: ") {
		t.Errorf("error %v", err)
	}
	for _, tt := range []struct {
		name, taken string
		control     collateral.Control
	}{
		{"man pages of sample", "sample.1", collateral.Control{EmitManPages: true}},
		{"YAML of sample", "sample.yaml", collateral.Control{EmitYAML: true}},
		{"Markdown of sample", "sample.md", collateral.Control{EmitMarkdown: true}},
		{"bash completion of sample", "sample.bash", collateral.Control{EmitBashCompletion: true}},
		{"zsh completion of sample", "_sample", collateral.Control{EmitZshCompletion: true}},
		{"HTML of sample", "sample.html", collateral.Control{EmitHTMLFragmentWithFrontMatter: true}},
	} {
		tt.control.OutputDir = t.TempDir()
		if err := os.Mkdir(filepath.Join(tt.control.OutputDir, tt.taken), 0o700); err != nil {
			t.Fatal(err)
		}
		err := collateral.EmitCollateral(sample(), &tt.control)
		if err == nil || !strings.HasPrefix(err.Error(), tt.name+": ") || !strings.Contains(err.Error(), tt.taken) {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
}

func TestCobraCommand_writesWhatFlagsSay(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "0")
	html, bash, zsh := []string{"sample.html"}, []string{"sample.bash"}, []string{"_sample"}
	man := []string{"sample-completion-bash.8", "sample-completion.8", "sample-serve.8", "sample.8"}
	markdown := []string{"sample.md", "sample_completion.md", "sample_completion_bash.md", "sample_serve.md"}
	yaml := []string{"sample.yaml", "sample_completion.yaml", "sample_completion_bash.yaml", "sample_serve.yaml"}
	for _, tt := range []struct {
		flags string
		want  []string
	}{
		{"--all", slices.Concat(html, bash, zsh, man, markdown, yaml)},
		{"--html_fragment_with_front_matter", html},
		{"--bash --zsh", slices.Concat(bash, zsh)},
		{"--man", man},
		{"--markdown", markdown},
		{"--yaml", yaml},
	} {
		dir := t.TempDir()
		root := sample()
		root.SetArgs(append([]string{"collateral", "-o", dir}, strings.Fields(tt.flags)...))
		if err := root.Execute(); err != nil {
			t.Errorf("%s: %v", tt.flags, err)
		}
		files := content(t, dir)
		if diff := cmp.Diff(slices.Sorted(slices.Values(tt.want)), slices.Sorted(maps.Keys(files))); diff != "" {
			t.Errorf("%s: files (-want +got):\n%s", tt.flags, diff)
		}
		for name, text := range files {
			if !strings.Contains(text, "sample") || strings.Contains(text, "auto generated by spf13") {
				t.Errorf("%s: %s is\n%s", tt.flags, name, text)
			}
		}
	}
}

func TestCobraCommand_wantsToKnowWhat(t *testing.T) {
	root := sample()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetArgs([]string{"collateral", "-o", t.TempDir()})
	if err := root.Execute(); err == nil || !strings.Contains(err.Error(), "--all") {
		t.Errorf("error %v, want one that names --all", err)
	}
}

func TestCustomTextForCmds_areForCobrasOwnCommands(t *testing.T) {
	root := &cobra.Command{Use: "prog"}
	root.AddCommand(&cobra.Command{Use: "sub", Run: func(*cobra.Command, []string) {}})
	root.InitDefaultCompletionCmd()
	completion, _, err := root.Find([]string{"completion"})
	if err != nil {
		t.Fatal(err)
	}
	for _, shell := range completion.Commands() {
		text := collateral.CustomTextForCmds["completion-"+shell.Name()]
		if text == nil || !strings.Contains(text("prog"), "completions of prog for ") {
			t.Errorf("there is no text for %s", shell.CommandPath())
		}
	}
	test.SetForTest(t, &collateral.CustomTextForCmds, map[string]collateral.CustomTextFunc{
		"sub": func(cmd string) string { return "custom text of " + cmd },
	})
	dir := t.TempDir()
	if err := collateral.EmitCollateral(root, &collateral.Control{OutputDir: dir, EmitMarkdown: true, EmitHTMLFragmentWithFrontMatter: true}); err != nil {
		t.Fatal(err)
	}
	files := content(t, dir)
	for _, name := range []string{"prog_sub.md", "prog.html"} {
		if !strings.Contains(files[name], "custom text of prog") {
			t.Errorf("%s has another text:\n%s", name, files[name])
		}
	}
}

func ExampleEmitCollateral() {
	root := &cobra.Command{Use: "hello", Short: "Greet", Run: func(*cobra.Command, []string) {}}
	dir, err := os.MkdirTemp("", "collateral")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := collateral.EmitCollateral(root, &collateral.Control{OutputDir: dir, EmitMarkdown: true, EmitZshCompletion: true}); err != nil {
		fmt.Println(err)
		return
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	for _, f := range files {
		fmt.Println(filepath.Base(f))
	}
	if err != nil {
		fmt.Println(err)
	}
	// Output:
	// _hello
	// hello.md
}
