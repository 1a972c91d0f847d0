// SPDX-License-Identifier: Apache-2.0

package test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// JSONEquals ends the test unless a and b are the same value as JSON, however it is
// written: spaces, the order of members and the notation of numbers do not count. The
// message says where the first difference is. What is not valid JSON ends the test too.
func JSONEquals(t Failer, a, b string) {
	t.Helper()
	first, err := parseJSON(a)
	if err != nil {
		t.Fatalf("the first argument is not valid JSON: %v:\n%s", err, a)
	}
	second, err := parseJSON(b)
	if err != nil {
		t.Fatalf("the second argument is not valid JSON: %v:\n%s", err, b)
	}
	if where, x, y := differJSON("$", first, second); where != "" {
		t.Fatalf("JSON differs at %s:\n- %s\n+ %s", where, x, y)
	}
}

func parseJSON(s string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

// differJSON returns the path to the first difference with what is there on both sides,
// and "" if there is none.
func differJSON(path string, a, b any) (where, x, y string) {
	switch a := a.(type) {
	case map[string]any:
		if b, ok := b.(map[string]any); ok {
			return differObject(path, a, b)
		}
	case []any:
		if b, ok := b.([]any); ok {
			return differArray(path, a, b)
		}
	case json.Number:
		if b, ok := b.(json.Number); ok && sameNumber(a, b) {
			return "", "", ""
		}
	default: // a string, a bool or null
		if a == b {
			return "", "", ""
		}
	}
	return path, compact(a), compact(b)
}

func differObject(path string, a, b map[string]any) (where, x, y string) {
	names := maps.Clone(a)
	maps.Copy(names, b)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		at := fmt.Sprintf("%s.%s", path, name)
		v, inA := a[name]
		w, inB := b[name]
		switch {
		case !inA:
			return at, "nothing", compact(w)
		case !inB:
			return at, compact(v), "nothing"
		}
		if where, x, y := differJSON(at, v, w); where != "" {
			return where, x, y
		}
	}
	return "", "", ""
}

func differArray(path string, a, b []any) (where, x, y string) {
	for i := range min(len(a), len(b)) {
		if where, x, y := differJSON(fmt.Sprintf("%s[%d]", path, i), a[i], b[i]); where != "" {
			return where, x, y
		}
	}
	switch at := fmt.Sprintf("%s[%d]", path, min(len(a), len(b))); {
	case len(a) > len(b):
		return at, compact(a[len(b)]), "nothing"
	case len(a) < len(b):
		return at, "nothing", compact(b[len(a)])
	}
	return "", "", ""
}

// sameNumber compares integers by their digits, so that large ones keep all of them,
// and others as floating-point numbers.
func sameNumber(a, b json.Number) bool {
	if a == b {
		return true
	}
	if isInteger(a) && isInteger(b) {
		return false
	}
	x, errX := strconv.ParseFloat(a.String(), 64)
	y, errY := strconv.ParseFloat(b.String(), 64)
	return errX == nil && errY == nil && x == y
}

func isInteger(n json.Number) bool { return !strings.ContainsAny(n.String(), ".eE") }

// compact writes a value in one line.
func compact(v any) string {
	out, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(out)
}
