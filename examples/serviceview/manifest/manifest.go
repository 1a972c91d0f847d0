// SPDX-License-Identifier: Apache-2.0

package manifest

import (
	"fmt"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Kinds reports whether a kind can be stored, and whether its objects live in
// namespaces. Custom resources whose definition is among the manifests need not
// be known to it.
type Kinds func(gvk schema.GroupVersionKind) (namespaced, served bool)

// Position is the place of something in the manifests.
type Position struct {
	// File is the name under which the file was found.
	File string
	// Document counts the documents of the file from one. It is zero if the
	// file could not be read at all.
	Document int
	// Line counts the lines of the file from one. It is zero if the file could
	// not be read at all.
	Line int
}

// String returns "file:line", the form that editors and terminals link.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// Object is an object and the place that declares it.
type Object struct {
	// Content is the object. Its namespace is set if its kind has namespaces.
	Content *unstructured.Unstructured
	// Namespaced says whether the kind has namespaces.
	Namespaced bool
	// At is where the object begins.
	At Position
}

// ID names an object independently of the version of its API.
type ID struct {
	schema.GroupKind

	Namespace string
	Name      string
}

// ID returns the name under which the server knows the object.
func (o Object) ID() ID {
	return ID{
		GroupKind: o.Content.GroupVersionKind().GroupKind(),
		Namespace: o.Content.GetNamespace(),
		Name:      o.Content.GetName(),
	}
}

// String returns "Kind namespace/name", and "Kind name" without a namespace.
func (id ID) String() string {
	if id.Namespace == "" {
		return id.Kind + " " + id.Name
	}
	return id.Kind + " " + id.Namespace + "/" + id.Name
}

// Error is something wrong with a manifest.
type Error struct {
	// At is where the mistake is, not where its document begins.
	At Position
	// Field is the path of the field, such as "spec.ports[0].port"; empty if
	// the mistake is not about one field.
	Field string
	// Reason says what is wrong, and if possible what would be right.
	Reason string
	// Warning means that the object is used all the same.
	Warning bool
}

// Error returns position, document, field and reason in one line.
func (e *Error) Error() string {
	s := e.At.String() + ": "
	if e.At.Document > 0 {
		s += fmt.Sprintf("document %d: ", e.At.Document)
	}
	if e.Warning {
		s += "warning: "
	}
	if e.Field != "" {
		s += e.Field + ": "
	}
	return s + e.Reason
}

// Skipped counts the objects of one kind in one file that the server does not
// serve.
type Skipped struct {
	File   string
	Kind   schema.GroupVersionKind
	Count  int
	Reason string
}

// Set is everything that was found in some manifests.
type Set struct {
	// Objects are in the order of their files and documents.
	Objects []Object
	// Skipped is in the order of files, and then of kinds.
	Skipped []Skipped
	// Errors are in the order of files and lines.
	Errors []*Error
	// Files are the files that were read.
	Files []string
	// Dirs are the folders in which anything that happens may change the set:
	// those that were searched, and those that links lead to.
	Dirs []string
}

// Broken returns the files of which not every document could be used.
func (s *Set) Broken() map[string]bool {
	broken := map[string]bool{}
	for _, e := range s.Errors {
		if !e.Warning {
			broken[e.At.File] = true
		}
	}
	return broken
}
