// SPDX-License-Identifier: Apache-2.0

package test

// Failer is what a helper needs of a test. Every testing.TB is one: *testing.T,
// *testing.B and *testing.F. The methods do what they do there; in particular FailNow,
// Fatal, Fatalf and Skip end the goroutine and must be called by the test's own.
type Failer interface {
	// Fail marks the test as failed and lets it go on.
	Fail()
	// FailNow marks the test as failed and ends it.
	FailNow()
	// Fatal is Log, then FailNow.
	Fatal(args ...any)
	// Fatalf is Logf, then FailNow.
	Fatalf(format string, args ...any)
	// Log writes its arguments, as fmt.Sprintln formats them, if the test fails or is
	// verbose.
	Log(args ...any)
	// Logf is Log with a format.
	Logf(format string, args ...any)
	// TempDir returns a new folder that is removed when the test is over.
	TempDir() string
	// Helper marks the caller as one whose lines are of no interest in messages.
	Helper()
	// Cleanup has f called when the test is over, before those that were given earlier.
	Cleanup(f func())
	// Skip is Log, and ends the test without failing it.
	Skip(args ...any)
}

// Fuzzer is what a fuzz target needs of *testing.F.
type Fuzzer interface {
	// Fuzz runs the function ff for inputs that are made up.
	Fuzz(ff any)
	// Add adds arguments of ff to the inputs to begin with.
	Add(args ...any)
}
