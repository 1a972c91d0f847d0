// SPDX-License-Identifier: Apache-2.0

package monitoring

// problemsName is the metric that counts what went wrong. It is shown once something
// has.
const problemsName = "monitoring_problems_total"

// Reasons in that metric.
const (
	overflowed    = "overflow"          // recorded on the overflow series
	repairedLabel = "label_repaired"    // a series has a name or value that had to be changed
	rejectedValue = "value_rejected"    // a value that would spoil a sum was not recorded
	panicked      = "callback_panicked" // a function that was asked for a value panicked
	notGathered   = "not_gathered"      // a gatherer returned an error
)

// problem counts a problem of a metric; the name may be empty.
func (r *Registry) problem(metric, reason string) {
	tags := []LabelValue{CreateLabel("metric").Value(metric), CreateLabel("reason").Value(reason)}
	r.problems.root.derive(tags).record(1, nil)
}
