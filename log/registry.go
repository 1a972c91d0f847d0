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
	// GrpcScopeName is the name of the scope of google.golang.org/grpc, which package
	// loggrpc fills. It is at [NoneLevel] unless options say otherwise.
	GrpcScopeName string = "grpc"
)

// reserved are the characters that separate names where levels are set by name.
const reserved = ":,."

// registry holds the scopes of the process and what is to hold for those to come.
type registry struct {
	mu     sync.RWMutex
	scopes map[string]*Scope // guarded by mu
	wishes wishes            // guarded by mu: what Configure was told last
}

// wishes is what options say about scopes. Lists are in order: later ones win.
type wishes struct {
	output     []scopeLevel
	stackTrace []scopeLevel
	callers    []string
}

// scopeLevel is a level for a scope, or for all of them.
type scopeLevel struct {
	scope string
	level Level
}

// meant reports whether a name in a list means the scope.
func meant(name, scope string) bool { return name == scope || name == OverrideScopeName }

// scopes is the registry of the process, and defaultScope always in it. Scopes are
// names that a program's user chooses by, so there is one set of them.
//
//nolint:gochecknoglobals // the registry that the package is about
var (
	scopes       = &registry{scopes: map[string]*Scope{}}
	defaultScope = scopes.register(DefaultScopeName, "Unscoped logging messages.")
)

// RegisterScope returns the scope of that name. If there is none yet, it makes
// one, which writes from [InfoLevel] on, or what the last [Configure]
// was told for it or for all.
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
		r.wishes.apply(name, s)
		r.scopes[name] = s
	}
	if description != "" {
		s.settings.description.CompareAndSwap(nil, &description)
	}
	return s
}

// configure applies the wishes to the scopes that they name, and keeps them for scopes
// that are registered later. Others keep what they have, except that callers which only
// an earlier configuration switched on are switched off.
func (r *registry) configure(w wishes) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wishes = w
	for name, s := range r.scopes {
		if s.settings.configured.Swap(false) {
			s.settings.callers.Store(false)
		}
		w.apply(name, s)
	}
}

// apply makes a scope what is wished.
func (w *wishes) apply(name string, s *Scope) {
	for _, sl := range w.output {
		if meant(sl.scope, name) {
			s.SetOutputLevel(sl.level)
		}
	}
	for _, sl := range w.stackTrace {
		if meant(sl.scope, name) {
			s.SetStackTraceLevel(sl.level)
		}
	}
	for _, scope := range w.callers {
		if meant(scope, name) && !s.GetLogCallers() {
			s.settings.callers.Store(true)
			s.settings.configured.Store(true)
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
	// configured says that callers are on because Configure was told so.
	configured atomic.Bool
	limiter    atomic.Pointer[limiter]
	expiry     expiry
}

func (s *settings) enabled(l Level) bool { return Level(s.output.Load()) >= l }
