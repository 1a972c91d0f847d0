// SPDX-License-Identifier: Apache-2.0

package log

import (
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.uber.org/zap/zapcore"
)

// loggingPackages are those that lines pass through on their way to the output, with
// what separates their names from those of functions and of packages below them.
var loggingPackages = []string{ //nolint:gochecknoglobals // a constant
	"github.com/krtkit/krtkit/log.",
	"github.com/krtkit/krtkit/log/loggrpc.",
	"github.com/krtkit/krtkit/log/logklog.",
	"github.com/krtkit/krtkit/log/loglogr.",
	"log.",
	"log/slog.",
	"go.uber.org/zap.",
	"go.uber.org/zap/",
	"github.com/go-logr/logr.",
	"k8s.io/klog/v2.",
	"google.golang.org/grpc/grpclog.",
	"google.golang.org/grpc/grpclog/",
	"google.golang.org/grpc/internal/grpclog.",
}

// isLogging reports whether a function belongs to a package that lines pass through. What
// called those is the place that a line comes from.
func isLogging(function string) bool {
	return slices.ContainsFunc(loggingPackages, func(p string) bool { return strings.HasPrefix(function, p) })
}

// place is where a program counter is. It may have several frames, where the compiler put
// functions into others.
type place struct {
	// first is the innermost frame, and outside the innermost that is not of logging. They
	// are not defined if there is none.
	first, outside zapcore.EntryCaller
}

// places remembers the places of program counters: they never change, and there are as
// many as places that log.
var places = struct { //nolint:gochecknoglobals // memory only
	mu sync.RWMutex
	at map[uintptr]place // guarded by mu
}{at: map[uintptr]place{}}

// placeOf returns the place of pc.
func placeOf(pc uintptr) place {
	places.mu.RLock()
	p, ok := places.at[pc]
	places.mu.RUnlock()
	if ok {
		return p
	}
	frames := runtime.CallersFrames([]uintptr{pc})
	for {
		f, more := frames.Next()
		if f.File != "" {
			c := zapcore.EntryCaller{Defined: true, PC: f.PC, File: f.File, Line: f.Line, Function: f.Function}
			if !p.first.Defined {
				p.first = c
			}
			if !p.outside.Defined && !isLogging(f.Function) {
				p.outside = c
			}
		}
		if !more {
			break
		}
	}
	places.mu.Lock()
	defer places.mu.Unlock()
	places.at[pc] = p
	return p
}

// caller returns the place of pc; of the first frame outside of logging if pc is
// 0. It is not defined if there is none.
func caller(pc uintptr) zapcore.EntryCaller {
	if pc != 0 {
		return placeOf(pc).first
	}
	var pcs [24]uintptr
	for _, pc := range pcs[:runtime.Callers(2, pcs[:])] {
		if p := placeOf(pc); p.outside.Defined {
			return p.outside
		}
	}
	return zapcore.EntryCaller{}
}

// stackTrace returns the stack of the goroutine, from the first frame outside of
// logging on and without the one that the runtime starts goroutines with: lines of
// a function's name, each followed by one with a tab and the place.
func stackTrace() string {
	pcs := make([]uintptr, 64)
	n := runtime.Callers(2, pcs)
	for n == len(pcs) {
		pcs = make([]uintptr, 2*len(pcs))
		n = runtime.Callers(2, pcs)
	}
	var b strings.Builder
	frames := runtime.CallersFrames(pcs[:n])
	for f, more := frames.Next(); more; f, more = frames.Next() {
		if b.Len() == 0 && isLogging(f.Function) {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(f.Function)
		b.WriteString("\n\t")
		b.WriteString(f.File)
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(f.Line))
	}
	return b.String()
}
