// SPDX-License-Identifier: Apache-2.0

package monitoring

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	// longestName is how many bytes the name of a metric has at most.
	longestName = 255
	// longestValue is how many bytes of a label's value are shown at most.
	longestValue = 4096
	// cut ends a value that was longer.
	cut = "…"
)

// checkName says what is wrong with the name of a metric.
func checkName(name string) error {
	if name == "" || len(name) > longestName {
		return fmt.Errorf("metric name %q has %d bytes: use 1 to %d", name, len(name), longestName)
	}
	if !letter(name[0]) {
		return fmt.Errorf("metric name %q does not begin with a letter: use a to z or A to Z", name)
	}
	for i := range len(name) {
		if c := name[i]; !letter(c) && !digit(c) && strings.IndexByte("_.-/", c) < 0 {
			return fmt.Errorf("metric name %q has the character %q: use letters, digits and any of _ . - /", name, c)
		}
	}
	return nil
}

// ExportedName returns the name by which Prometheus sees a metric: slashes, periods,
// hyphens and whatever else is no letter, digit or underscore become underscores,
// several in a row become one, and none is left at the end. Nothing is added, no unit
// and no "_total".
func ExportedName(name string) string {
	return strings.TrimSuffix(underscored(name), "_")
}

// ExportedLabel returns the name by which Prometheus sees a label: characters other
// than letters, digits and underscores become underscores, several in a row become one,
// and a leading digit gets the prefix "key_". A name with nothing that could be shown
// is "_".
func ExportedLabel(key string) string {
	name := underscored(key)
	switch {
	case name == "":
		return "_"
	case digit(name[0]):
		return "key_" + name
	}
	return name
}

// underscored replaces what Prometheus does not allow in names.
func underscored(name string) string {
	if plain(name) {
		return name
	}
	var b strings.Builder
	b.Grow(len(name))
	under := false // the last character is an underscore
	for _, c := range name {
		if c < utf8.RuneSelf && (letter(byte(c)) || digit(byte(c))) {
			b.WriteByte(byte(c))
			under = false
		} else if !under {
			b.WriteByte('_')
			under = true
		}
	}
	return b.String()
}

// plain reports whether underscored would change nothing.
func plain(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !letter(c) && !digit(c) && (c != '_' || i > 0 && name[i-1] == '_') {
			return false
		}
	}
	return true
}

// shownValue returns a value as it can be shown, and whether that is how it was given.
func shownValue(value string) (shown string, asGiven bool) {
	if len(value) <= longestValue && utf8.ValidString(value) {
		return strings.Clone(value), true
	}
	value = strings.ToValidUTF8(value, "\uFFFD")
	if len(value) > longestValue {
		end := longestValue - len(cut)
		for !utf8.RuneStart(value[end]) {
			end--
		}
		value = value[:end] + cut
	}
	return value, false
}

func letter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func digit(c byte) bool { return '0' <= c && c <= '9' }
