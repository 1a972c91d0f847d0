// SPDX-License-Identifier: Apache-2.0

package env

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
)

// variables has what is registered in the process. A variable is a name in the program's
// environment, so there is one set of them in a process.
var variables = table{byName: map[string]*variable{}} //nolint:gochecknoglobals // see above

type table struct {
	mu     sync.Mutex
	byName map[string]*variable // guarded by mu
}

// variable is a registered variable. The table's lock guards it.
type variable struct {
	Var

	// canonical reads a value as the latest registration says, and writes it as a default
	// is written.
	canonical func(text string) (string, error)
	// reported is the latest invalid value that was logged.
	reported *string
}

// add registers a variable and returns its description, which is the earlier one if v
// has none.
func (t *table) add(v Var, canonical func(string) (string, error)) Var {
	if v.Name == "" || strings.ContainsAny(v.Name, "=\x00") {
		panic(fmt.Sprintf("env: variable %q: no environment can have one of that name; give it another name", v.Name))
	}
	known, different := t.put(v, canonical)
	if different != "" {
		logger().Warn("environment variable is registered twice, and differently", "variable", v.Name, "differences", different)
	}
	return known
}

func (t *table) put(v Var, canonical func(string) (string, error)) (known Var, different string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.byName[v.Name]
	if old == nil {
		t.byName[v.Name] = &variable{Var: v, canonical: canonical}
		return v, ""
	}
	different = differences(old.Var, v)
	secret := old.Secret || v.Secret
	switch {
	case v.Description != "":
		old.Var, old.canonical = v, canonical
	case old.GoType == "" && v.sameType(old.Var): // RegisterVar did not know the type
		old.GoType, old.canonical = v.GoType, canonical
	}
	old.Secret = secret
	return old.Var, different
}

// all returns what is registered, by name.
func (t *table) all() []variable {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []variable
	for _, name := range slices.Sorted(maps.Keys(t.byName)) {
		all = append(all, *t.byName[name])
	}
	return all
}

// secret reports whether somebody marked the variable so.
func (t *table) secret(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.byName[name]
	return v != nil && v.Secret
}

// news reports whether an invalid value is another one than it was the last time.
func (t *table) news(name, text string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := t.byName[name]
	if v.reported != nil && *v.reported == text {
		return false
	}
	v.reported = &text
	return true
}

// logger is what this package writes to.
func logger() *slog.Logger { return slog.Default().With("scope", "env") }
