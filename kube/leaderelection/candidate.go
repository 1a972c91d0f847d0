// SPDX-License-Identifier: Apache-2.0

package leaderelection

import (
	"context"
	"math/rand/v2"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// candidate is one call of Run.
type candidate struct {
	*LeaderElection

	// nonce tells this call from all others, of this and of other processes.
	nonce string
	// seen is the last Lease that was read, and before takeAfter it is not to be
	// taken. The times that are written in it play no part: they are of the clock of
	// another machine.
	seen      *coordinationv1.Lease
	takeAfter time.Time
	// isMissing says that there was no Lease any more at the last look.
	isMissing bool
	// hurryUntil is until when an answer of the holder is expected.
	hurryUntil time.Time
	failing    bool
}

// acquire returns when the candidate has the Lease, or nil when the context ends.
func (c *candidate) acquire(ctx context.Context) *term {
	for {
		if t := c.try(ctx); t != nil {
			return t
		}
		pause := c.options.renewAfter()
		if time.Now().Before(c.hurryUntil) {
			pause = c.options.retryAfter()
		}
		// Candidates that start together should not ask together.
		timer := time.NewTimer(pause - rand.N(pause/4+1))
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// try takes the Lease if that is possible.
func (c *candidate) try(ctx context.Context) *term {
	lease, err := c.lock.get(ctx)
	if ctx.Err() != nil {
		return nil
	}
	c.note(err)
	if err != nil {
		return nil
	}
	c.observe(lease)
	switch {
	case c.isMine(lease), !time.Now().Before(c.takeAfter):
		return c.take(ctx, lease)
	case c.options.priority != nil && holder(lease) != "" && lease.Annotations[wantedAnnotation] == "" &&
		c.options.priority(lease.Annotations[keyAnnotation]):
		c.ask(ctx, lease)
	}
	return nil
}

// note logs errors when they begin and when they end.
func (c *candidate) note(err error) {
	if err != nil && !c.failing {
		c.logger.Warn("cannot read or write the Lease; will retry", "error", err)
	}
	if err == nil && c.failing {
		c.logger.Info("can read and write the Lease again")
	}
	c.failing = err != nil
}

// isMine reports whether this very candidate has the Lease: it was written although
// the answer was lost, or the last term ended for want of answers.
func (c *candidate) isMine(lease *coordinationv1.Lease) bool {
	return holder(lease) == c.identity && lease.Annotations[termAnnotation] == c.nonce
}

// observe decides from when on the Lease may be taken.
func (c *candidate) observe(lease *coordinationv1.Lease) {
	wasMissing := c.isMissing
	c.isMissing = lease == nil && c.seen != nil
	switch {
	case c.isMissing && !wasMissing:
		// Somebody has deleted it. Who holds it, be it since the last look, leads until
		// it would have ended, and will make it again.
		c.takeAfter = time.Now().Add(c.options.ttl)
		return
	case lease == nil || isSameTerm(lease, c.seen):
		return
	case holder(lease) != "":
		c.takeAfter = time.Now().Add(c.durationOf(lease))
	case lease.Annotations[wantedAnnotation] != "" && lease.Annotations[wantedAnnotation] != c.nonce:
		// It was given up for somebody else, who gets the chance to take it.
		c.takeAfter = time.Now().Add(c.options.renewDeadline())
	default:
		c.takeAfter = time.Time{}
	}
	c.seen = lease
}

func (c *candidate) durationOf(lease *coordinationv1.Lease) time.Duration {
	if s := lease.Spec.LeaseDurationSeconds; s != nil && *s > 0 {
		return time.Duration(*s) * time.Second
	}
	return c.options.ttl
}

// take writes the candidate into the Lease; nil stands for one that does not exist.
func (c *candidate) take(ctx context.Context, lease *coordinationv1.Lease) *term {
	number := int32(0)
	if last := max(transitions(lease), transitions(c.seen)); c.seen != nil {
		number = last + 1
	}
	if lease == nil {
		lease = &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: c.lock.namespace, Name: c.lock.name}}
	}
	mine := lease.DeepCopy()
	began := time.Now()
	now, seconds := metav1.NewMicroTime(began), int32(c.options.ttl/time.Second)
	mine.Spec.HolderIdentity = &c.identity
	mine.Spec.LeaseDurationSeconds = &seconds
	mine.Spec.AcquireTime, mine.Spec.RenewTime = &now, &now
	mine.Spec.LeaseTransitions = &number
	annotate(mine, keyAnnotation, c.options.key)
	annotate(mine, termAnnotation, c.nonce)
	annotate(mine, wantedAnnotation, "")
	written, err := c.lock.put(ctx, mine)
	if apierrors.IsConflict(err) || apierrors.IsAlreadyExists(err) || ctx.Err() != nil {
		return nil // somebody was faster, or nobody needs it any more
	}
	c.note(err)
	if err != nil {
		return nil
	}
	c.seen = written
	return &term{lease: written, renewed: began}
}

// ask tells the holder that this candidate should have the Lease. It is the holder
// who gives it up, after it has stopped to lead.
func (c *candidate) ask(ctx context.Context, lease *coordinationv1.Lease) {
	asking := lease.DeepCopy()
	annotate(asking, wantedAnnotation, c.nonce)
	if _, err := c.lock.put(ctx, asking); err != nil {
		return // the next look at the Lease is soon
	}
	c.hurryUntil = time.Now().Add(c.options.ttl)
	c.logger.Info("asked the holder for the Lease", "holder", holder(lease), "key", lease.Annotations[keyAnnotation])
}
