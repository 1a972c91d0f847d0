// SPDX-License-Identifier: Apache-2.0

// Package yamlstream splits YAML streams into their documents, without parsing them.
//
// A parser that reads a stream must give up at the first mistake, because it no longer
// knows where it is. Where documents begin can be seen without it: so each can be parsed
// alone, a mistake in one costs only that one, and its line in the stream is known.
//
//	for _, d := range yamlstream.Split(data) {
//		err := yaml.Unmarshal(d.Text, &object) // an error's lines are counted from d.Line
//	}
//
// [Split] looks at every byte once, keeps nothing, and may be called from any goroutine.
// The texts of documents are parts of what it was given, which must not be changed while
// they are in use.
package yamlstream
