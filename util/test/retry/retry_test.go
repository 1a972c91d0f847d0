// SPDX-License-Identifier: Apache-2.0

package retry_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/retry"
)

var errDown = errors.New("the server is down")

// asked keeps when a function was called.
type asked struct {
	begin time.Time
	at    []time.Duration
}

// answers returns a function that keeps when it is called. It fails where the letter is
// an f, and the last letter is repeated.
func (a *asked) answers(letters string) func() error {
	a.begin = time.Now()
	return func() error {
		i := min(len(a.at), len(letters)-1)
		a.at = append(a.at, time.Since(a.begin))
		if letters[i] == 'f' {
			return errDown
		}
		return nil
	}
}

func ms(values ...int) []time.Duration {
	out := make([]time.Duration, len(values))
	for i, v := range values {
		out[i] = time.Duration(v) * time.Millisecond
	}
	return out
}

func TestUntilSuccess_asksWhen(t *testing.T) {
	for _, tt := range []struct {
		name    string
		answers string
		options []retry.Option
		want    []time.Duration
		err     string
	}{
		{"aSuccessEndsIt", "s", nil, ms(0), ""},
		{
			"thePausesDoubleUpTo16TimesTheFirst", "ffffffffs", nil,
			ms(0, 10, 30, 70, 150, 310, 470, 630, 790), "",
		},
		{
			"theFirstPauseIsGiven", "ffffffs",
			[]retry.Option{retry.BackoffDelay(time.Second)},
			ms(0, 1000, 3000, 7000, 15000, 30000), "attempts: 6, time: 30s",
		},
		{"pausesMayBeConstant", "fffs", []retry.Option{retry.Delay(7 * time.Millisecond)}, ms(0, 7, 14, 21), ""},
		{
			"theLastAttemptIsWhenTheTimeIsOver", "f",
			[]retry.Option{retry.Timeout(25 * time.Millisecond)},
			ms(0, 10, 25), "gave up (attempts: 3, time: 25ms): last error: the server is down",
		},
		{
			"anAttemptAtTheEndMaySucceed", "ffs",
			[]retry.Option{retry.Timeout(25 * time.Millisecond)},
			ms(0, 10, 25), "",
		},
		{
			"attemptsAreLimitedExactly", "f",
			[]retry.Option{retry.MaxAttempts(3)},
			ms(0, 10, 30), "gave up (attempts: 3, time: 30ms): last error: the server is down",
		},
		{"theLastAttemptMaySucceed", "ffs", []retry.Option{retry.MaxAttempts(3)}, ms(0, 10, 30), ""},
		{"noTimeIsOneAttempt", "f", []retry.Option{retry.Timeout(0)}, ms(0), "gave up (attempts: 1, time: 0s)"},
		{"successesAreAskedAgainAtOnce", "fsss", []retry.Option{retry.Converge(3)}, ms(0, 10, 10, 10), ""},
		{"aFailureBeginsThemAnew", "ssfsss", []retry.Option{retry.Converge(3)}, ms(0, 0, 0, 10, 10, 10), ""},
		{
			"tooFewInARowAreAnError", "sfsf",
			[]retry.Option{retry.Converge(2), retry.MaxAttempts(3)},
			ms(0, 0, 10), "gave up (attempts: 3, time: 10ms, successes in a row: 1 of 2): last error: the server is down",
		},
		{
			"tooFewWithoutAnErrorToo", "s",
			[]retry.Option{retry.Converge(3), retry.MaxAttempts(2)},
			ms(0, 0), "gave up (attempts: 2, time: 0s, successes in a row: 2 of 3)",
		},
		{
			"theMessageComesFirst", "f",
			[]retry.Option{retry.MaxAttempts(1), retry.Message("the pod is ready")},
			ms(0), "the pod is ready: gave up (attempts: 1",
		},
		{
			"theLastOptionCounts", "f",
			[]retry.Option{retry.Delay(time.Hour), retry.Delay(time.Millisecond), retry.MaxAttempts(1), retry.MaxAttempts(2)},
			ms(0, 1), "attempts: 2",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var a asked
				err := retry.UntilSuccess(a.answers(tt.answers), tt.options...)
				if diff := cmp.Diff(tt.want, a.at); diff != "" {
					t.Errorf("times of the calls mismatch (-want +got):\n%s", diff)
				}
				if got := fmt.Sprint(err); err == nil && tt.err != "" || err != nil && (tt.err == "" || !strings.Contains(got, tt.err)) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
			})
		})
	}
}

func TestUntilSuccess_endsAfter30Seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		err := retry.UntilSuccess(func() error { return errDown })
		if !errors.Is(err, errDown) || time.Since(begin) != retry.DefaultTimeout {
			t.Errorf("error %v after %v, want %v after %v", err, time.Since(begin), errDown, retry.DefaultTimeout)
		}
	})
}

func TestUntilSuccess_endsThoughThePauseIsZero(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // in which no time passes while somebody runs
		for _, option := range []retry.Option{retry.Delay(0), retry.BackoffDelay(-1)} {
			if err := retry.UntilSuccess(func() error { return errDown }, option, retry.Timeout(time.Second)); err == nil {
				t.Error("there is no error")
			}
		}
	})
}

func TestUntilSuccess_aSlowCallCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := retry.UntilSuccess(func() error {
			<-time.After(time.Minute)
			return nil
		}, retry.Timeout(time.Second))
		if err != nil {
			t.Error(err)
		}
	})
}

func TestUntil_saysThatTheConditionIsNotMet(t *testing.T) {
	err := retry.Until(func() bool { return false }, retry.MaxAttempts(1))
	if !errors.Is(err, retry.ErrConditionNotMet) {
		t.Errorf("error %v, want %v", err, retry.ErrConditionNotMet)
	}
	if err := retry.Until(func() bool { return true }); err != nil {
		t.Error(err)
	}
}

func TestUntilComplete_returns(t *testing.T) {
	for _, tt := range []struct {
		name   string
		fn     retry.RetriableFunc
		result any
		err    error
	}{
		{"theResult", func() (any, bool, error) { return 7, true, nil }, 7, nil},
		{"theErrorOfWhatHasCompleted", func() (any, bool, error) { return 7, true, errDown }, 7, errDown},
		{"noResultOfWhatHasNot", func() (any, bool, error) { return 7, false, errDown }, nil, errDown},
		{"theConditionWithoutAnError", func() (any, bool, error) { return 7, false, nil }, nil, retry.ErrConditionNotMet},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				fn := func() (any, bool, error) { calls++; return tt.fn() }
				result, err := retry.UntilComplete(fn, retry.Converge(3), retry.MaxAttempts(5))
				if !errors.Is(err, tt.err) || result != tt.result {
					t.Errorf("got %v, %v, want %v, %v", result, err, tt.result, tt.err)
				}
				wantCalls := map[string]int{"theResult": 3, "theErrorOfWhatHasCompleted": 1}[tt.name]
				if wantCalls == 0 {
					wantCalls = 5
				}
				if calls != wantCalls {
					t.Errorf("%d calls, want %d", calls, wantCalls)
				}
			})
		})
	}
}

func TestOrFail_endTheTestWithTheError(t *testing.T) {
	for name, run := range map[string]func(test.Failer, bool){
		"UntilSuccess": func(t test.Failer, ok bool) {
			retry.UntilSuccessOrFail(t, func() error {
				if ok {
					return nil
				}
				return errDown
			}, retry.MaxAttempts(1), retry.Message("here"))
		},
		"Until": func(t test.Failer, ok bool) {
			retry.UntilOrFail(t, func() bool { return ok }, retry.MaxAttempts(1), retry.Message("here"))
		},
	} {
		if err := test.Wrap(func(t test.Failer) { run(t, true) }); err != nil {
			t.Errorf("%s ended the test with %v", name, err)
		}
		if err := test.Wrap(func(t test.Failer) { run(t, false) }); err == nil || !strings.HasPrefix(err.Error(), "here: gave up (attempts: 1") {
			t.Errorf("%s ended the test with %v", name, err)
		}
	}
}

func TestUntilSuccessOrFail_theFunctionMayEndTheTest(t *testing.T) {
	err := test.Wrap(func(t test.Failer) {
		retry.UntilSuccessOrFail(t, func() error {
			t.Fatal("there is no use in trying")
			return errDown
		})
	})
	if err == nil || err.Error() != "there is no use in trying" {
		t.Errorf("got %v", err)
	}
}
