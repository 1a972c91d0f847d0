// SPDX-License-Identifier: Apache-2.0

package view

import "fmt"

// Severity says how bad a problem is.
type Severity int

// The severities in rising order.
const (
	// OK means that there is nothing to say.
	OK Severity = iota
	// Note is worth knowing and may well be intended.
	Note
	// Warning means that part of the service may not work.
	Warning
	// Error means that clients of the service get no answer.
	Error
)

// String returns "ok", "note", "warning" or "error".
func (s Severity) String() string {
	switch s {
	case OK:
		return "ok"
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	default:
		return fmt.Sprintf("severity %d", int(s))
	}
}

// MarshalText returns what String does; it is how JSON shows a severity.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText is the reverse of MarshalText. An unknown word is an error.
func (s *Severity) UnmarshalText(text []byte) error {
	for known := OK; known <= Error; known++ {
		if known.String() == string(text) {
			*s = known
			return nil
		}
	}
	return fmt.Errorf("%q is no severity", text)
}

// Problem is something wrong with a service.
type Problem struct {
	Severity Severity `json:"severity"`
	// Code is one of the constants below; programs should look at it rather than
	// at the message.
	Code string `json:"code"`
	// Message says what is wrong, naming the objects and fields.
	Message string `json:"message"`
}

// The codes of problems.
const (
	// SelectsNothing: no pod and no template has the labels.
	SelectsNothing = "selects-nothing"
	// NoPods: a controller has seen the workloads, but there are no pods of them.
	NoPods = "no-pods"
	// PodsNotReady: some or all pods are not ready.
	PodsNotReady = "pods-not-ready"
	// PortNameMissing: some or all pods have no container port of that name.
	PortNameMissing = "port-name-missing"
	// PortProtocol: containers declare the target port for another protocol.
	PortProtocol = "port-protocol"
	// PortUndeclared: no container declares the number, which it need not do.
	PortUndeclared = "port-undeclared"
	// SelectorOverlap: another service of the namespace selects the same pods, or
	// some of them.
	SelectorOverlap = "selector-overlap"
	// SlicesDisagree: the EndpointSlices list something else than what is selected.
	SlicesDisagree = "slices-disagree"
	// NoEndpoints: there is no selector, and no EndpointSlice with an address.
	NoEndpoints = "no-endpoints"
	// ExternalNameInvalid: what an ExternalName service needs or ignores.
	ExternalNameInvalid = "external-name"
	// NamespaceEnding: the namespace is being deleted, or does not exist.
	NamespaceEnding = "namespace"
)
