// SPDX-License-Identifier: Apache-2.0

package loggrpc_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/grpc/grpclog"

	"github.com/krtkit/krtkit/log"
	"github.com/krtkit/krtkit/log/loggrpc"
	"github.com/krtkit/krtkit/log/logtest"
)

// fatalVariable makes TestFatal_endsTheProcess the process that ends.
const fatalVariable = "KRTKIT_LOGGRPC_TEST_FATAL"

func text(logged *logtest.Recorder) []string {
	var lines []string
	for _, l := range logged.Lines(log.Filter{}) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%v %s %s", l.Level, l.Scope, l.Message)))
	}
	return lines
}

func TestCapture_scopeDecides(t *testing.T) {
	loggrpc.Capture()
	t.Cleanup(func() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(os.Stderr, os.Stderr, os.Stderr)) })
	logged := logtest.Record(t)
	scope := log.FindScope(log.GrpcScopeName)
	grpclog.Error("not written: the scope is at none")
	logtest.SetLevel(t, scope, log.InfoLevel)
	grpclog.Info("a", 1)
	grpclog.Infof("%d", 2)
	grpclog.Infoln("a", "b")
	grpclog.Warning("w")
	grpclog.Error("e")
	grpclog.Component("dns").Info("component")
	scope.SetOutputLevel(log.ErrorLevel)
	grpclog.Warning("not written")
	want := []string{
		"info grpc a1", "info grpc 2", "info grpc a b", "warn grpc w", "error grpc e", "info grpc [dns] component",
	}
	if diff := cmp.Diff(want, text(logged)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestLogger_allMethodsWriteAtTheirLevel(t *testing.T) {
	logged := logtest.Record(t)
	l := loggrpc.NewLogger(log.RegisterScope("grpc-methods", ""))
	for _, m := range []struct {
		print, println func(...any)
		printf         func(string, ...any)
		depth          func(int, ...any)
	}{
		{l.Info, l.Infoln, l.Infof, l.InfoDepth},
		{l.Warning, l.Warningln, l.Warningf, l.WarningDepth},
		{l.Error, l.Errorln, l.Errorf, l.ErrorDepth},
	} {
		m.print("a", "b")
		m.println("a", "b")
		m.printf("%s", "c")
		m.depth(0, "a", "b")
	}
	var want []string
	for _, level := range []string{"info", "warn", "error"} {
		for _, msg := range []string{"ab", "a b", "c", "a b"} {
			want = append(want, level+" grpc-methods "+msg)
		}
	}
	if diff := cmp.Diff(want, text(logged)); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

func TestLogger_verbosityIsThatOfTheScope(t *testing.T) {
	scope := log.RegisterScope("grpc-verbosity", "")
	l := loggrpc.NewLogger(scope)
	for _, tt := range []struct {
		level     log.Level
		zero, two bool
	}{{log.NoneLevel, false, false}, {log.InfoLevel, true, false}, {log.DebugLevel, true, true}} {
		scope.SetOutputLevel(tt.level)
		if l.V(0) != tt.zero || l.V(2) != tt.two {
			t.Errorf("at %v: V(0) = %v, V(2) = %v", tt.level, l.V(0), l.V(2))
		}
	}
}

// deep logs for its caller.
func deep() { grpclog.InfoDepth(1, "m") }

func TestRegression_L11_callerIsWhoLoggedWithGRPC(t *testing.T) {
	loggrpc.Capture()
	t.Cleanup(func() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(os.Stderr, os.Stderr, os.Stderr)) })
	logged := logtest.Record(t)
	scope := log.FindScope(log.GrpcScopeName)
	logtest.SetLevel(t, scope, log.InfoLevel)
	scope.SetLogCallers(true)
	t.Cleanup(func() { scope.SetLogCallers(false) })
	_, _, line, _ := runtime.Caller(0)
	grpclog.Info("m")
	grpclog.Warningf("%s", "m")
	grpclog.Component("dns").Error("m")
	deep()
	lines := logged.Lines(log.Filter{})
	if len(lines) != 4 {
		t.Errorf("%d lines, want 4", len(lines))
	}
	for i, l := range lines {
		if want := fmt.Sprintf("loggrpc/grpc_test.go:%d", line+1+i); l.Caller != want {
			t.Errorf("caller %q, want %q", l.Caller, want)
		}
	}
}

func TestFatal_endsTheProcess(t *testing.T) {
	if os.Getenv(fatalVariable) != "" {
		loggrpc.NewLogger(log.RegisterScope("grpc-fatal", "")).Fatalf("the %s", "end")
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "TestFatal_endsTheProcess")
	cmd.Env = append(os.Environ(), fatalVariable+"=1")
	out, err := cmd.Output()
	if fmt.Sprint(err) != "exit status 1" || !strings.HasSuffix(string(out), "\tfatal\tgrpc-fatal\tthe end\n") {
		t.Errorf("the process ended with %v, output %q", err, out)
	}
}
