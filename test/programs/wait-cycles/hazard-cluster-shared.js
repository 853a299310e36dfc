// As in hazard-cluster.js, with the listener shared by all workers: the primary holds it, too, and accepts nothing.
//# reports: wait-cycles warning
//# tools: curl
//# env: FORKGUARD_STALL_MS=500 NODE_CLUSTER_SCHED_POLICY=none
'use strict';
require('./hazard-cluster.js');
