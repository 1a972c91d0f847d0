// SPDX-License-Identifier: Apache-2.0

package assert_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/krtkit/krtkit/util/test"
	"github.com/krtkit/krtkit/util/test/assert"
	"github.com/krtkit/krtkit/util/test/retry"
)

type point struct {
	X      float64
	hidden []int
}

// rough is compared with a tolerance.
type rough struct{ V float64 }

func (rough) CmpOpts() []cmp.Option { return []cmp.Option{cmpopts.EquateApprox(0, 0.1)} }

// roughRef has its options on the pointer, and reads it.
type roughRef struct {
	V         float64
	tolerance float64
}

func (r *roughRef) CmpOpts() []cmp.Option {
	return []cmp.Option{cmpopts.EquateApprox(0, max(0.1, r.tolerance))}
}

// nested is made of itself.
type nested []nested

type withMessage struct {
	Name    string
	Timeout *durationpb.Duration
}

type coded struct{ code int }

func (c *coded) Error() string { return "failed" }

// several is a collection of errors that is an error.
type several []error

func (several) Error() string { return "several" }

// failure returns the message of a test that fails, and "" if it passes.
func failure(f func(t test.Failer)) string {
	if err := test.Wrap(f); err != nil {
		return err.Error()
	}
	return ""
}

func TestEqual_takesUntypedNil(t *testing.T) { // compiling is half of it
	var (
		list   []string
		table  map[string]int
		ptr    *point
		err    error
		holder any
	)
	assert.Equal(t, list, nil)
	assert.Equal(t, []string{}, nil)
	assert.Equal(t, nil, []string{})
	assert.Equal(t, table, nil)
	assert.Equal(t, map[string]int{}, nil)
	assert.Equal(t, ptr, nil)
	assert.Equal(t, err, nil)
	assert.Equal(t, holder, nil)
	for name, f := range map[string]func(t test.Failer){
		"slice":   func(t test.Failer) { assert.Equal(t, []string{""}, nil) },
		"map":     func(t test.Failer) { assert.Equal(t, nil, map[string]int{"": 0}) },
		"pointer": func(t test.Failer) { assert.Equal(t, &point{}, nil) },
		"error":   func(t test.Failer) { assert.Equal(t, errors.New("x"), nil) },
		"any":     func(t test.Failer) { assert.Equal[any](t, 1, nil) },
	} {
		if failure(f) == "" {
			t.Errorf("%s equals nil", name)
		}
	}
}

func TestCompare_whatIsEqual(t *testing.T) {
	now := time.Now()
	for _, tt := range []struct {
		name  string
		err   error
		equal bool
	}{
		{"emptyCollectionsInside", assert.Compare(map[string][]int{"a": nil}, map[string][]int{"a": {}}), true},
		{"missingKeys", assert.Compare(map[string][]int{"a": nil}, nil), false},
		{"pointersByContent", assert.Compare(&point{X: 1}, &point{X: 1}), true},
		{"hiddenFields", assert.Compare(point{hidden: []int{1}}, point{hidden: []int{1}}), true},
		{"hiddenFieldsThatDiffer", assert.Compare(point{hidden: []int{1}}, point{hidden: []int{2}}), false},
		{"methodEqual", assert.Compare(now, now.Round(0).UTC()), true},
		{"messages", assert.Compare(durationpb.New(time.Second), &durationpb.Duration{Seconds: 1}), true},
		{"messagesThatDiffer", assert.Compare(durationpb.New(time.Second), durationpb.New(time.Minute)), false},
		{"messagesInside", assert.Compare(withMessage{"a", durationpb.New(1)}, withMessage{"a", durationpb.New(1)}), true},
		{"messagesInsideThatDiffer", assert.Compare([]withMessage{{"a", durationpb.New(1)}}, []withMessage{{"a", durationpb.New(2)}}), false},
		{"messagesWithOneOf", assert.Compare(structpb.NewStringValue("a"), structpb.NewStringValue("b")), false},
		{"errorsByMessage", assert.Compare(errors.New("failed"), error(&coded{1})), true},
		{"errorsOfOneType", assert.Compare(&coded{1}, &coded{2}), true},
		{"errorsWithOtherMessages", assert.Compare(errors.New("a"), errors.New("b")), false},
		{"wrappedErrors", assert.Compare(fmt.Errorf("x: %w", errors.New("a")), errors.New("x: a")), true},
		{"anErrorAndNone", assert.Compare(error(&coded{}), nil), false},
		{"nilPointersAsErrors", assert.Compare((*coded)(nil), (*coded)(nil)), true},
		{"anErrorAndANilPointer", assert.Compare(&coded{}, nil), false},
		{"emptyCollectionsOfErrors", assert.Compare(several{}, several(nil)), true},
		{"collectionsOfErrors", assert.Compare(several{errors.New("a")}, several{errors.New("b")}), false},
		{"ownOptions", assert.Compare(rough{1}, rough{1.05}), true},
		{"ownOptionsHaveLimits", assert.Compare(rough{1}, rough{1.5}), false},
		{"ownOptionsOfElements", assert.Compare(map[string][]*rough{"a": {{1}}}, map[string][]*rough{"a": {{1.05}}}), true},
		{"ownOptionsInAnInterface", assert.Compare[any](rough{1}, rough{1.05}), true},
		{"ownOptionsBesideNil", assert.Compare[any](nil, rough{1.05}), false},
		{"ownOptionsOfThePointer", assert.Compare(&roughRef{V: 1}, &roughRef{V: 1.05}), true},
		{"ownOptionsOfTheNilPointer", assert.Compare(nil, (*roughRef)(nil)), true},
		{"typesMadeOfThemselves", assert.Compare(nested{nested{}}, nested{nil}), true},
		{"noOptions", assert.Compare(1.0, 1.05), false},
		{"notANumber", assert.Compare(math.NaN(), math.NaN()), false},
	} {
		if (tt.err == nil) != tt.equal {
			t.Errorf("%s: got %v, want equal: %v", tt.name, tt.err, tt.equal)
		}
	}
}

// parts fails the test unless the message has these lines, whatever their spaces.
func parts(t *testing.T, message string, want ...string) {
	t.Helper()
	message = strings.Join(strings.Fields(strings.ReplaceAll(message, "\u00a0", " ")), " ")
	for _, part := range want {
		if !strings.Contains(message, part) {
			t.Errorf("the message does not say %q:\n%s", part, message)
		}
	}
}

func TestEqual_saysWhatIsDifferent(t *testing.T) {
	got := failure(func(t test.Failer) { assert.Equal(t, "left", "right", "side", "of it") })
	parts(t, got, "side of it: values are different (-first +second):", `- "left",`, `+ "right",`)
}

func TestEventuallyEqual_asksUntilItIsSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		ready := func() bool { return time.Since(begin) >= 1900*time.Millisecond }
		assert.EventuallyEqual(t, ready, true)
		begin = time.Now()
		late := func() bool { return time.Since(begin) > 2*time.Second }
		got := failure(func(t test.Failer) { assert.EventuallyEqual(t, late, true) })
		parts(t, got, "time: 2s", "values are different (-want +got): bool( - true, + false, )")
		begin = time.Now()
		assert.EventuallyEqual(t, late, true, retry.Timeout(3*time.Second))
	})
}

func TestEventuallyEqual_pausesBeginWithTwoMilliseconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		var at []time.Duration
		assert.EventuallyEqual(t, func() int { at = append(at, time.Since(begin)/time.Millisecond); return len(at) }, 4)
		if diff := cmp.Diff([]time.Duration{0, 2, 6, 14}, at); diff != "" {
			t.Errorf("times mismatch (-want +got):\n%s", diff)
		}
	})
}

func TestConsistently_asksForTheWholeTime(t *testing.T) {
	for _, tt := range []struct {
		name     string
		duration []time.Duration
		calls    int
	}{
		{"default", nil, 11},
		{"longer", []time.Duration{30 * time.Millisecond}, 16},
		{"none", []time.Duration{0}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				fetch := func() bool { calls++; return calls < tt.calls+1 }
				assert.Consistently(t, fetch, true, tt.duration...)
				if calls != tt.calls {
					t.Errorf("%d calls, want %d", calls, tt.calls)
				}
				got := failure(func(t test.Failer) { calls = 0; assert.Consistently(t, fetch, true, time.Hour) })
				parts(t, got, fmt.Sprintf("values are different after %v (-want +got)", time.Duration(tt.calls)*2*time.Millisecond))
			})
		})
	}
}

func TestError_andNoError(t *testing.T) {
	assert.Error(t, errors.New("x"))
	assert.NoError(t, nil)
	if got := failure(func(t test.Failer) { assert.Error(t, nil) }); got != "there is no error" {
		t.Errorf("got %q", got)
	}
	if got := failure(func(t test.Failer) { assert.NoError(t, errors.New("x")) }); got != "unexpected error: x" {
		t.Errorf("got %q", got)
	}
}
