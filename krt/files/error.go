// SPDX-License-Identifier: Apache-2.0

package files

import (
	"errors"
	"fmt"
	"io/fs"
)

// ErrEmpty is what is wrong with a file that is empty. To say that there is nothing,
// remove the file, or write a comment, or {} in a file of one object.
var ErrEmpty = errors.New("the file is empty")

// Error says what is wrong with a file, and where. It never changes.
type Error struct {
	// File is the path of the file, or of a folder, as it was given or found.
	File string
	// Line is where the mistake is in the file, or where the document with the
	// mistake begins; counted from one, 0 if that is not known.
	Line int
	// Document is the number of the document in the file, counted from one; 0 if
	// that is not known.
	Document int
	// Err is what is wrong.
	Err error
}

// Error returns the place and the mistake, as file:line: document n: mistake.
func (e *Error) Error() string {
	var where string
	switch {
	case e.File != "" && e.Line > 0:
		where = fmt.Sprintf("%s:%d: ", e.File, e.Line)
	case e.File != "":
		where = e.File + ": "
	case e.Line > 0:
		where = fmt.Sprintf("line %d: ", e.Line)
	}
	if e.Document > 0 {
		where += fmt.Sprintf("document %d: ", e.Document)
	}
	return where + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// ResourceName is the key of an error in a collection: its text, which has all that
// there is to say.
func (e *Error) ResourceName() string { return e.Error() }

// Equals reports whether the errors say the same.
func (e *Error) Equals(o *Error) bool { return e.Error() == o.Error() }

// locate returns the errors that err consists of, as errors in a file.
func locate(file string, err error) []*Error {
	var out []*Error
	switch err := err.(type) { //nolint:errorlint // what is around an error is not to be lost
	case *Error:
		e := *err
		if e.File == "" {
			e.File = file
		}
		return []*Error{&e}
	case interface{ Unwrap() []error }:
		for _, one := range err.Unwrap() {
			out = append(out, locate(file, one)...)
		}
	case *fs.PathError:
		if err.Path == file {
			return []*Error{{File: file, Err: err.Err}} // the path is said once
		}
	}
	if out == nil {
		e := &Error{File: file, Err: err}
		if inner, ok := errors.AsType[*Error](err); ok {
			e.Line, e.Document = inner.Line, inner.Document
		}
		out = []*Error{e}
	}
	return out
}

// join makes one error of several; nil of none.
func join(errs []*Error) error {
	var all []error
	for _, e := range errs {
		all = append(all, e)
	}
	return errors.Join(all...)
}
