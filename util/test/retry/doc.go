// SPDX-License-Identifier: Apache-2.0

// Package retry asks again until something is so, for tests of what nobody can be told
// of.
//
// What can be waited for should be: a channel, a condition, a krttest.Recorder. Where a
// test only sees from the outside, such as what a server answers, it has to look again:
//
//	retry.UntilSuccessOrFail(t, func() error {
//		_, err := http.Get(url)
//		return err
//	}, retry.Timeout(5*time.Second))
//
// Three functions differ in what is asked: [UntilSuccess] wants no error, [Until] wants
// true, and [UntilComplete] wants a result and can give up early. Those that end in
// OrFail end the test instead of returning an error.
//
// # Guarantees
//
//   - The function is asked at least once, and once more when the time is over. A call
//     is not interrupted, and what it returns counts however long it took.
//   - It is called by the caller's goroutine, so that it may end the test itself.
//   - With [Converge] the successes that count follow each other directly.
//   - The error says how often it was asked, for how long, and what came last, which
//     errors.Is and errors.As find.
//   - In a bubble of testing/synctest no time passes.
//
// # What callers must not do
//
// A function that changes something must be prepared to be called again after it has
// failed half-way.
package retry
