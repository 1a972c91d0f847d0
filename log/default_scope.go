// SPDX-License-Identifier: Apache-2.0

package log

import "context"

// WithLabels returns the default scope with labels: see [Scope.WithLabels].
func WithLabels(kvlist ...any) *Scope { return defaultScope.WithLabels(kvlist...) }

// Fatal is [Scope.Fatal] of the default scope.
func Fatal(msg any) { defaultScope.Fatal(msg) }

// Fatalf is [Scope.Fatalf] of the default scope.
func Fatalf(f string, args ...any) { defaultScope.Fatalf(f, args...) }

// Fatalw is [Scope.Fatalw] of the default scope.
func Fatalw(msg string, kvlist ...any) { defaultScope.Fatalw(msg, kvlist...) }

// FatalEnabled is [Scope.FatalEnabled] of the default scope.
func FatalEnabled() bool { return defaultScope.FatalEnabled() }

// Error is [Scope.Error] of the default scope.
func Error(msg any) { defaultScope.Error(msg) }

// Errorf is [Scope.Errorf] of the default scope.
func Errorf(f string, args ...any) { defaultScope.Errorf(f, args...) }

// Errorw is [Scope.Errorw] of the default scope.
func Errorw(msg string, kvlist ...any) { defaultScope.Errorw(msg, kvlist...) }

// ErrorEnabled is [Scope.ErrorEnabled] of the default scope.
func ErrorEnabled() bool { return defaultScope.ErrorEnabled() }

// Warn is [Scope.Warn] of the default scope.
func Warn(msg any) { defaultScope.Warn(msg) }

// Warnf is [Scope.Warnf] of the default scope.
func Warnf(f string, args ...any) { defaultScope.Warnf(f, args...) }

// Warnw is [Scope.Warnw] of the default scope.
func Warnw(msg string, kvlist ...any) { defaultScope.Warnw(msg, kvlist...) }

// WarnEnabled is [Scope.WarnEnabled] of the default scope.
func WarnEnabled() bool { return defaultScope.WarnEnabled() }

// Info is [Scope.Info] of the default scope.
func Info(msg any) { defaultScope.Info(msg) }

// Infof is [Scope.Infof] of the default scope.
func Infof(f string, args ...any) { defaultScope.Infof(f, args...) }

// Infow is [Scope.Infow] of the default scope.
func Infow(msg string, kvlist ...any) { defaultScope.Infow(msg, kvlist...) }

// InfoEnabled is [Scope.InfoEnabled] of the default scope.
func InfoEnabled() bool { return defaultScope.InfoEnabled() }

// Debug is [Scope.Debug] of the default scope.
func Debug(msg any) { defaultScope.Debug(msg) }

// Debugf is [Scope.Debugf] of the default scope.
func Debugf(f string, args ...any) { defaultScope.Debugf(f, args...) }

// Debugw is [Scope.Debugw] of the default scope.
func Debugw(msg string, kvlist ...any) { defaultScope.Debugw(msg, kvlist...) }

// DebugEnabled is [Scope.DebugEnabled] of the default scope.
func DebugEnabled() bool { return defaultScope.DebugEnabled() }

// ErrorContext is [Scope.ErrorContext] of the default scope.
func ErrorContext(ctx context.Context, msg string, kvlist ...any) {
	defaultScope.ErrorContext(ctx, msg, kvlist...)
}

// WarnContext is [Scope.WarnContext] of the default scope.
func WarnContext(ctx context.Context, msg string, kvlist ...any) {
	defaultScope.WarnContext(ctx, msg, kvlist...)
}

// InfoContext is [Scope.InfoContext] of the default scope.
func InfoContext(ctx context.Context, msg string, kvlist ...any) {
	defaultScope.InfoContext(ctx, msg, kvlist...)
}

// DebugContext is [Scope.DebugContext] of the default scope.
func DebugContext(ctx context.Context, msg string, kvlist ...any) {
	defaultScope.DebugContext(ctx, msg, kvlist...)
}
