// SPDX-License-Identifier: Apache-2.0

package leaderelection

import (
	"context"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// term is the time from taking the Lease to losing it.
type term struct {
	// lease is what the server has, as far as is known.
	lease *coordinationv1.Lease
	// renewed is when the last request began that is known to have renewed it. Others
	// wait longer, as they count from when they see what the request has written.
	renewed time.Time
	// tried has the times at which later requests began.
	tried []time.Time
}

// confirm notes that a request that began at a time has renewed the Lease.
func (t *term) confirm(lease *coordinationv1.Lease, began time.Time) {
	t.lease, t.renewed, t.tried = lease, began, nil
}

// finds returns the request that wrote what is in the Lease.
func (t *term) finds(lease *coordinationv1.Lease) (began time.Time, ok bool) {
	for _, began := range t.tried {
		if lease.Spec.RenewTime != nil && lease.Spec.RenewTime.Time.Equal(began.Truncate(time.Microsecond)) {
			return began, true
		}
	}
	return time.Time{}, false
}

// outcome is what became of an attempt to renew the Lease.
type outcome int

const (
	// renewed means that the server has confirmed it.
	renewed outcome = iota
	// failed means that it is not known; the next attempt may succeed.
	failed
	// asked means that the Lease is ours and somebody should have it who outranks us.
	asked
	// lost means that somebody else has it.
	lost
)

// lead runs the functions and renews the Lease until the context ends, the Lease is
// lost, or a better candidate wants it. It returns when the functions have, or after
// the stop timeout if the context has ended.
func (c *candidate) lead(ctx context.Context, t *term) {
	leading, end := context.WithCancel(ctx)
	defer end()
	// Whatever a request does, the term ends in time.
	watchdog := time.AfterFunc(c.left(t), end)
	defer watchdog.Stop()
	if ctx.Err() != nil {
		c.release(ctx, t)
		return
	}
	if c.left(t) <= 0 {
		return
	}
	number := transitions(t.lease)
	c.logger.Info("leads", "term", number)
	ended := c.start(leading, number)
	isOurs := c.hold(ctx, leading, t, watchdog)
	end()
	c.logger.Info("does not lead any more", "term", number)
	isStopped := ctx.Err() != nil
	if isOurs && (c.leave(ctx, ended, t) || isStopped) {
		return
	}
	warning := time.AfterFunc(c.options.stopTimeout, func() {
		c.logger.Error("run functions go on after the end of the term; candidate again when they have returned",
			"after", c.options.stopTimeout)
	})
	defer warning.Stop()
	select {
	case <-ended:
		return
	case <-ctx.Done():
		c.waitFor(ended)
	}
}

// left returns for how long the candidate may lead without renewing the Lease.
func (c *candidate) left(t *term) time.Duration {
	return time.Until(t.renewed.Add(c.options.renewDeadline()))
}

// hold renews the Lease. It returns true if the Lease is ours when the candidate has
// to stop leading, because the context has ended or somebody else should lead.
func (c *candidate) hold(ctx, leading context.Context, t *term, watchdog *time.Timer) bool {
	next := time.NewTimer(c.options.renewAfter())
	defer next.Stop()
	for {
		select {
		case <-leading.Done():
			if ctx.Err() != nil {
				return true
			}
			c.logger.Error("could not renew the Lease in time", "deadline", c.options.renewDeadline())
			return false
		case <-next.C:
		}
		switch c.renew(leading, t) {
		case renewed:
			watchdog.Reset(c.left(t))
			next.Reset(time.Until(t.renewed.Add(c.options.renewAfter())))
		case failed:
			next.Reset(c.options.retryAfter())
		case asked:
			c.logger.Info("gives the Lease to a candidate that outranks this one")
			return true
		case lost:
			c.logger.Warn("somebody else has the Lease", "holder", holder(t.lease))
			return false
		}
	}
}

// renew tells the server that the holder is alive.
func (c *candidate) renew(ctx context.Context, t *term) outcome {
	desired := t.lease.DeepCopy()
	began := time.Now()
	now := metav1.NewMicroTime(began)
	desired.Spec.RenewTime = &now
	t.tried = append(t.tried, began)
	written, err := c.lock.put(ctx, desired)
	if err == nil {
		c.note(nil)
		t.confirm(written, began)
		return renewed
	}
	if ctx.Err() != nil {
		return failed
	}
	if !isOutdated(err) {
		c.note(err)
		return failed
	}
	// Somebody has changed or deleted it, or an answer that told of our own last change
	// was lost.
	current, err := c.lock.get(ctx)
	if ctx.Err() != nil {
		return failed
	}
	c.note(err)
	switch {
	case err != nil:
		return failed
	case current == nil:
		t.lease = &coordinationv1.Lease{ // to be created
			ObjectMeta: metav1.ObjectMeta{
				Namespace: t.lease.Namespace, Name: t.lease.Name, Labels: t.lease.Labels, Annotations: t.lease.Annotations,
			},
			Spec: t.lease.Spec,
		}
		return failed
	case !c.isMine(current):
		t.lease = current
		return lost
	case current.Annotations[wantedAnnotation] != "":
		t.lease = current
		return asked
	}
	if began, ok := t.finds(current); ok {
		t.confirm(current, began)
		return renewed
	}
	t.lease = current
	return failed
}

// isOutdated reports whether a write failed because the Lease is not what it was
// made from.
func isOutdated(err error) bool {
	return apierrors.IsConflict(err) || apierrors.IsNotFound(err) || apierrors.IsAlreadyExists(err)
}

// leave waits for the functions, whose stop is closed, and then gives the Lease back.
// It renews it meanwhile: nobody shall lead before they have returned. It returns
// false if they have not after the stop timeout; then the Lease ends by itself.
func (c *candidate) leave(ctx context.Context, ended <-chan struct{}, t *term) bool {
	ctx = context.WithoutCancel(ctx)
	// Requests are given up with the waiting.
	waiting, cancel := context.WithTimeout(ctx, c.options.stopTimeout)
	defer cancel()
	go func() {
		defer cancel()
		select {
		case <-ended:
		case <-waiting.Done():
		}
	}()
	c.renewUntil(waiting, t)
	select {
	case <-ended:
		c.release(ctx, t)
		return true
	default:
		c.logger.Error("run functions have not returned, and the Lease is left to end by itself",
			"after", c.options.stopTimeout)
		return false
	}
}

// renewUntil renews the Lease until the context ends, whoever asks for it.
func (c *candidate) renewUntil(ctx context.Context, t *term) {
	next := time.NewTimer(time.Until(t.renewed.Add(c.options.renewAfter())))
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		switch c.renew(ctx, t) {
		case renewed:
			next.Reset(c.options.renewAfter())
		case failed, asked:
			next.Reset(c.options.retryAfter())
		case lost: // there is nothing to renew
			<-ctx.Done()
			return
		}
	}
}

// release gives the Lease back for anybody to take at once, or after a while if
// somebody has asked for it. If that does not succeed soon it ends by itself.
func (c *candidate) release(ctx context.Context, t *term) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.options.renewAfter())
	defer cancel()
	for t.lease.ResourceVersion != "" { // else it was deleted
		free := t.lease.DeepCopy()
		free.Spec.HolderIdentity = nil
		annotate(free, keyAnnotation, "")
		annotate(free, termAnnotation, "")
		_, err := c.lock.put(ctx, free)
		if err == nil {
			return
		}
		c.note(err)
		current, err := c.lock.get(ctx)
		if err == nil && !c.isMine(current) {
			return // deleted, or somebody else's; perhaps by our own request
		}
		if err == nil {
			t.lease = current
		}
		pause := time.NewTimer(c.options.retryAfter())
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return
		}
	}
}
