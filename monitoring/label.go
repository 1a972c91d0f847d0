// SPDX-License-Identifier: Apache-2.0

package monitoring

// Label is the name of a dimension of metrics. Labels of one name are equal.
type Label struct {
	key string
}

// LabelValue is a label with the value that tells a series apart. Label values are
// equal if both name and value are.
type LabelValue struct {
	label Label
	value string
}

// CreateLabel returns the label of that name. Any name will do: what Prometheus does not
// allow in it is replaced where series are shown, see [ExportedLabel].
func CreateLabel(key string) Label {
	return Label{key: key}
}

// Name returns the name that the label was made with.
func (l Label) Name() string {
	return l.key
}

// Value returns the label with a value. Bytes that are not UTF-8 are replaced where
// series are shown, and so is what goes beyond 4096 bytes.
func (l Label) Value(value string) LabelValue {
	return LabelValue{label: l, value: value}
}

// Key returns the label.
func (v LabelValue) Key() Label {
	return v.label
}

// Value returns the value, as it was given.
func (v LabelValue) Value() string {
	return v.value
}

// String returns the label value as "key=value", for messages.
func (v LabelValue) String() string {
	return v.label.key + "=" + v.value
}
