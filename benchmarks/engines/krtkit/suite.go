// SPDX-License-Identifier: Apache-2.0

package krtkit

import "github.com/krtkit/krtkit/benchmarks/scenario"

// Suite returns the scenarios.
func Suite() scenario.Suite {
	return scenario.Suite{
		Name: name,
		Pipeline: scenario.Pipeline{
			Sync:   newSync,
			Update: newUpdate,
			Burst:  newBurst,
			Work:   newWork,
		},
		Dependencies: scenario.Dependencies{
			LabelMiss:   newLabelMiss,
			KeyMiss:     newKeyMiss,
			Reader:      newReader,
			Select:      newSelect,
			Policies:    newPolicies,
			Slow:        newSlow,
			Bucket:      newBucket,
			BucketBurst: newBucketBurst,
		},
		Graphs: scenario.Graphs{
			Diamonds: newDiamonds,
			Chain:    newChain,
			Fan:      newFan,
			Handlers: newHandlers,
		},
		Reads: scenario.Reads{
			JoinList:     newJoinList,
			JoinGet:      newJoinGet,
			DuringCommit: newDuringCommit,
		},
		Memory: scenario.Memory{
			Idle: newIdle,
			Keep: newKeep,
		},
	}
}
