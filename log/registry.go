// SPDX-License-Identifier: Apache-2.0

package log

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	// DefaultScopeName is the name of the scope of the package-level functions. It
	// does not appear in lines.
	DefaultScopeName = "default"
	// OverrideScopeName stands for all scopes where levels are set by name.
	OverrideScopeName = "all"
)

// reserved are the characters that separate names where levels are set by name.
const reserved = ":,."

// registry holds the scopes of the process and the levels for those to come.
type registry struct {
	mu     sync.RWMutex
	scopes map[string]*Scope // guarded by mu
	levels []scopeLevel      // guarded by mu: what Configure was told last, in order
}

// scopeLevel is the wish that a scope, or all of them, write from a level on.
type scopeLevel struct {
	scope string
	level Level
}

func (sl scopeLevel) applies(scope string) bool {
	return sl.scope == scope || sl.scope == OverrideScopeName
}

// scopes is the registry of the process, and defaultScope always in it. Scopes are
// names that a program's user chooses by, so there is one set of them.
//
//nolint:gochecknoglobals // the registry that the package is about
var (
	scopes       = &registry{scopes: map[string]*Scope{}}
	defaultScope = scopes.register(DefaultScopeName, "Unscoped logging messages.")
)

// RegisterScope returns the scope of that name. If there is none yet, it makes
// one, which writes from [InfoLevel] on, or from the level that the last
// [Configure] was told for it or for all.
//
// The description is for people; the first one that is not empty stays. Colons,
// commas and periods separate names elsewhere: RegisterScope panics if the name
// has one of them.
func RegisterScope(name, description string) *Scope {
	if strings.ContainsAny(name, reserved) {
		panic(fmt.Sprintf("log: scope name %q has one of the characters %q: use '-' or '/' in names", name, reserved))
	}
	return scopes.register(name, description)
}

// FindScope returns the scope of that name; nil if it is not registered.
func FindScope(name string) *Scope {
	scopes.mu.RLock()
	defer scopes.mu.RUnlock()
	return scopes.scopes[name]
}

// Scopes returns the registered scopes by name, in a map of the caller's own.
func Scopes() map[string]*Scope {
	scopes.mu.RLock()
	defer scopes.mu.RUnlock()
	return maps.Clone(scopes.scopes)
}

// scopeForAttr returns the scope that a logger of log/slog asked for by name. The
// name comes from elsewhere, so what is reserved is replaced.
func scopeForAttr(name string) *Scope {
	if s := FindScope(name); s != nil {
		return s
	}
	return scopes.register(strings.Map(func(r rune) rune {
		if strings.ContainsRune(reserved, r) {
			return '_'
		}
		return r
	}, name), "")
}

func (r *registry) register(name, description string) *Scope {
	r.mu.Lock()
	defer r.mu.Unlock()
	s, ok := r.scopes[name]
	if !ok {
		s = &Scope{settings: &settings{name: name}}
		s.SetOutputLevel(InfoLevel)
		for _, sl := range r.levels {
			if sl.applies(name) {
				s.SetOutputLevel(sl.level)
			}
		}
		r.scopes[name] = s
	}
	if description != "" {
		s.settings.description.CompareAndSwap(nil, &description)
	}
	return s
}

// setLevels applies the levels in order to the scopes that they name, and keeps
// them for scopes that are registered later. Other scopes keep theirs.
func (r *registry) setLevels(levels []scopeLevel) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.levels = levels
	for _, sl := range levels {
		for name, s := range r.scopes {
			if sl.applies(name) {
				s.SetOutputLevel(sl.level)
			}
		}
	}
}

// settings is what a scope shares with all that are derived from it.
type settings struct {
	name        string
	description atomic.Pointer[string]
	output      atomic.Int32 // Level
	stackTrace  atomic.Int32 // Level
	callers     atomic.Bool
}

func (s *settings) enabled(l Level) bool { return Level(s.output.Load()) >= l }
