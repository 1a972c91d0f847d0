// SPDX-License-Identifier: Apache-2.0

package monitortest

import (
	"errors"
	"fmt"
	"math"

	dto "github.com/prometheus/client_model/go"
)

// Compare says what is wrong with the value of a series, nil if nothing is. The value is
// a float64 for sums and gauges and a *dto.Histogram for distributions.
type Compare func(any) error

var errExists = errors.New("the metric exists")

// DoesNotExist wants that there is no series at all of the metric.
func DoesNotExist(any) error {
	return errExists
}

// Exactly wants the number v.
func Exactly(v float64) func(any) error {
	return number(func(got float64) bool { return got == v }, "%v", v)
}

// AlmostEquals wants a number that differs from v by eps at most.
func AlmostEquals(v, eps float64) func(any) error {
	return number(func(got float64) bool { return math.Abs(got-v) <= eps }, "%v, give or take %v", v, eps)
}

// LessThan wants a number less than v.
func LessThan(v float64) func(any) error {
	return number(func(got float64) bool { return got < v }, "less than %v", v)
}

// AtLeast wants a number not less than want.
func AtLeast(want float64) func(any) error {
	return number(func(got float64) bool { return got >= want }, "%v or more", want)
}

// Distribution wants a distribution with that number of values and exactly that sum.
func Distribution(count uint64, sum float64) func(any) error {
	return histogram(func(h *dto.Histogram) error {
		if h.GetSampleCount() != count || h.GetSampleSum() != sum {
			return fmt.Errorf("got %d values with sum %v, want %d with sum %v", h.GetSampleCount(), h.GetSampleSum(), count, sum)
		}
		return nil
	})
}

// Buckets wants a distribution with that number of buckets, the one without a limit not
// counted.
func Buckets(count int) func(any) error {
	return histogram(func(h *dto.Histogram) error {
		got := 0
		for _, b := range h.GetBucket() {
			if !math.IsInf(b.GetUpperBound(), 1) { // it is there where it has an exemplar
				got++
			}
		}
		if got != count {
			return fmt.Errorf("got %d buckets, want %d", got, count)
		}
		return nil
	})
}

func number(ok func(float64) bool, format string, args ...any) func(any) error {
	return func(v any) error {
		got, isNumber := v.(float64)
		if !isNumber {
			return fmt.Errorf("got a %T, want a number", v)
		}
		if !ok(got) {
			return fmt.Errorf("got %v, want %s", got, fmt.Sprintf(format, args...))
		}
		return nil
	}
}

func histogram(compare func(*dto.Histogram) error) func(any) error {
	return func(v any) error {
		h, ok := v.(*dto.Histogram)
		if !ok {
			return fmt.Errorf("got a %T, want a distribution", v)
		}
		return compare(h)
	}
}
