// SPDX-License-Identifier: Apache-2.0

package files

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"

	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/internal/yamlstream"
)

// ParseYAML returns the objects of the documents of a YAML or JSON file, by the json
// tags of T. Documents without content are left out, and fields that T does not have
// are ignored. It is a function for [NewFolderWatch].
//
// The error joins an [Error] for each document that is not an object of that kind,
// which says the document and the line. With an error there are no objects.
func ParseYAML[T any](data []byte) ([]T, error) {
	var (
		out  []T
		errs []error
	)
	number := 0
	for _, d := range yamlstream.Split(data) {
		o, err := parse[T](d.Text)
		if o == nil && err == nil {
			continue
		}
		number++
		if err != nil {
			errs = append(errs, locateIn(d, number, err))
			continue
		}
		out = append(out, *o)
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return out, nil
}

// ReadFileAsYaml returns the object that a YAML or JSON file says, by the json tags
// of T. It is a function for [NewFileSingleton]. Fields that T does not have are
// ignored; a file with comments only is the zero T.
//
// The error is an [Error] that names the file. It is an error too if the file is
// empty, which is [ErrEmpty], or has several documents.
func ReadFileAsYaml[T any](filename string) (T, error) {
	var zero T
	data, err := os.ReadFile(filename)
	if err == nil && len(data) == 0 {
		err = ErrEmpty
	}
	if err != nil {
		return zero, join(locate(filename, err))
	}
	out, number := zero, 0
	for _, d := range yamlstream.Split(data) {
		o, err := parse[T](d.Text)
		if o == nil && err == nil {
			continue
		}
		if number++; number > 1 {
			err = errors.New("the file must have one document only")
		}
		if err != nil {
			return zero, join(locate(filename, locateIn(d, number, err)))
		}
		out = *o
	}
	return out, nil
}

// parse returns the object of one document, or nil if the document has no content.
func parse[T any](text []byte) (*T, error) {
	var o *T // stays nil where nothing or null is said
	if err := yaml.Unmarshal(text, &o); err != nil {
		return nil, err
	}
	return o, nil
}

// syntaxError matches what the parser says of text that is not YAML.
var syntaxError = regexp.MustCompile(`^error converting YAML to JSON: yaml: (?:line (\d+): )?((?s:.*))$`)

// locateIn says where in the file an error of the document is.
func locateIn(d yamlstream.Document, number int, err error) *Error {
	e := &Error{Line: d.Line, Document: number, Err: err}
	if m := syntaxError.FindStringSubmatch(err.Error()); m != nil {
		// The line that the parser names is one of the document, but more characters
		// end a line for it than for editors.
		if line, nerr := strconv.Atoi(m[1]); nerr == nil && line > 0 {
			e.Line += min(line-1, bytes.Count(bytes.TrimRight(d.Text, "\r\n"), []byte("\n")))
		}
		e.Err = fmt.Errorf("not YAML: %s", m[2])
	}
	if inner := errors.Unwrap(errors.Unwrap(err)); inner != nil {
		e.Err = inner // without the two steps that the parser took
	}
	return e
}
