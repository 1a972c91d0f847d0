// SPDX-License-Identifier: Apache-2.0

package monitoring

// RecordHook is told what is recorded on a metric.
type RecordHook interface {
	// OnRecord is called for each value before it is stored, on the goroutine that
	// records it and with no lock held, so it may record on other metrics and register
	// hooks. The tags are those given to With, in order and with duplicates; they belong
	// to the metric and must not be changed. Decrementing a gauge records -1.
	OnRecord(name string, tags []LabelValue, value float64)
}

// RegisterRecordHook has h told of everything that is recorded on the metric of that
// name in [DefaultRegistry], be it made before or after. A metric has one hook: the one
// registered last, and none if that is nil.
func RegisterRecordHook(name string, h RecordHook) {
	defaultRegistry.RegisterRecordHook(name, h)
}

// RegisterRecordHook is the function of that name for the metrics of r.
func (r *Registry) RegisterRecordHook(name string, h RecordHook) {
	var p *RecordHook
	if h != nil {
		p = &h
	}
	r.hook(name).Store(p)
}
