// SPDX-License-Identifier: Apache-2.0

package logklog_test

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"
	"k8s.io/klog/v2"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/logklog"
	"github.com/krtkit/krtkit/log/logtest"
)

// capture captures klog's lines until the test ends.
func capture(t *testing.T) *logtest.Recorder {
	t.Helper()
	logged := logtest.Record(t)
	logtest.SetLevel(t, logklog.KlogScope, log.InfoLevel)
	logklog.Capture()
	t.Cleanup(func() {
		klog.ClearLogger()
		logklog.EnableKlogWithVerbosity(0)
	})
	return logged
}

func text(logged *logtest.Recorder) []string {
	var lines []string
	for _, l := range logged.Lines(log.Filter{Scopes: []string{"klog"}}) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%v %s %s", l.Level, l.Message, l.Labels)))
	}
	return lines
}

func TestImport_changesNothing(t *testing.T) {
	if klog.Background().GetSink() != nil && fmt.Sprintf("%T", klog.Background().GetSink()) != "*klog.klogger" {
		t.Errorf("importing the package gave klog a logger: %T", klog.Background().GetSink())
	}
	if pflag.Lookup("vklog") != nil || flag.Lookup("vklog") != nil || flag.Lookup("v") != nil {
		t.Error("importing the package defined a flag")
	}
}

func TestCapture_linesKeepLevelsAndLabels(t *testing.T) {
	logged := capture(t)
	klog.Error("foo")
	klog.Info("a", "b")
	klog.Infof("%d\n", 1)
	klog.Warning("a warning")
	klog.InfoS("msg", "key", 1)
	klog.ErrorS(errors.New("my error"), "info", "key", 1)
	klog.V(4).Info("above the verbosity")
	klog.Background().WithName("n").WithValues("k", "v").Info("contextual")
	want := []string{
		"error foo", "info ab", "info 1", "info a warning", `info msg {"key":1}`, `error my error: info {"key":1}`,
		`info contextual {"logger":"n","k":"v"}`,
	}
	if diff := cmp.Diff(want, text(logged)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestCapture_verbosityRaisesTheScope(t *testing.T) {
	logklog.EnableKlogWithVerbosity(4)
	logged := capture(t)
	klog.V(4).Info("four")
	klog.V(5).Info("five")
	if diff := cmp.Diff([]string{"debug four"}, text(logged)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestRegression_L11_callerIsWhoLoggedWithKlog(t *testing.T) {
	logged := capture(t)
	logklog.KlogScope.SetLogCallers(true)
	t.Cleanup(func() { logklog.KlogScope.SetLogCallers(false) })
	klog.Info("m")
	klog.Errorf("%s", "m")
	klog.InfoS("m", "k", "v")
	klog.ErrorS(nil, "m")
	klog.Background().Info("m")
	for i, l := range logged.Lines(log.Filter{}) {
		if !strings.HasPrefix(l.Caller, "logklog/klog_test.go:") {
			t.Errorf("line %d: caller %q is not this file", i, l.Caller)
		}
	}
}

func TestAttachFlag_setsTheVerbosity(t *testing.T) {
	t.Cleanup(func() { logklog.EnableKlogWithVerbosity(0) })
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	logklog.AttachFlag(flags)
	if err := flags.Parse([]string{"--vklog", "3"}); err != nil {
		t.Fatal(err)
	}
	if !klog.V(3).Enabled() || klog.V(4).Enabled() {
		t.Error("klog's verbosity is not that of the flag")
	}
	if err := flags.Parse([]string{"--vklog", "high"}); err == nil {
		t.Error("a verbosity that is no number is no error")
	}
}

func TestEnableKlog_addsFlagsOfTheProcess(t *testing.T) {
	logklog.EnableKlogWithCobra()
	logklog.EnableKlogWithGoFlag()
	if pflag.Lookup("vklog") == nil || flag.Lookup("vklog") == nil {
		t.Error("there is no flag vklog")
	}
}
