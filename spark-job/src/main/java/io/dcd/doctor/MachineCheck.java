package io.dcd.doctor;

import static io.dcd.doctor.Finding.Area.CLUSTER;
import static io.dcd.doctor.Finding.Area.SETTINGS;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether driver and executors can run the job: libraries, versions, processors, memory. */
final class MachineCheck {
    /** Java 17 is the oldest that runs this program at all. */
    private static final int OLDEST_JAVA = 17;

    /** Copies of a vector that an executor's task has on its heap at once: received, as floats, and the one sent back. */
    private static final int VECTOR_COPIES = 3;

    /**
     * Vectors that the driver has on its heap while it forms a mean, beside the states before and after the round: parameters and
     * velocity as sent, twice (bytes, and blocks of the broadcast), as floats, summed in double, of one worker in double, and the mean.
     */
    private static final int MEAN_COPIES = 2 * (2 + 1 + 2 + 2 + 2);

    /** What Spark, Hadoop and the program itself need of a heap, by Spark's own reserve (spark.testing.reservedMemory, 300 MiB). */
    private static final long RESERVED_HEAP = 300L << 20;

    private final Job job;
    private final MachineFacts driver;
    private final List<MachineFacts> executors;
    private final int slots;
    private final int processorsPerTask;

    /**
     * @param executors one each
     * @param slots the tasks that all executors together run at once
     * @param processorsPerTask {@code spark.task.cpus}
     */
    MachineCheck(Job job, MachineFacts driver, List<MachineFacts> executors, int slots, int processorsPerTask) {
        this.job = job;
        this.driver = driver;
        this.executors = executors;
        this.slots = slots;
        this.processorsPerTask = processorsPerTask;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(versions());
        findings.add(backend());
        findings.add(threads());
        findings.add(waves());
        findings.add(nativeMemory());
        findings.add(heap());
        if (job.training()) {
            findings.add(driverHeap());
        }
        gpus().ifPresent(findings::add);
        return findings;
    }

    private Finding versions() {
        for (MachineFacts each : executors) {
            if (!each.spark().equals(driver.spark())) {
                return Finding.refusal(
                        "versions",
                        CLUSTER,
                        "executor %s has Spark %s, the driver %s; submit from the cluster's own Spark",
                        each.process(),
                        each.spark(),
                        driver.spark());
            }
            if (Runtime.Version.parse(each.java()).feature() < OLDEST_JAVA) {
                return Finding.refusal(
                        "versions", CLUSTER, "executor %s has Java %s; install Java 17", each.process(), each.java());
            }
        }
        return Finding.fine(
                "versions",
                CLUSTER,
                "Spark %s, Java %s on %d executors",
                driver.spark(),
                executors.stream().map(MachineFacts::java).distinct().collect(Collectors.joining(", ")),
                executors.size());
    }

    private Finding backend() {
        for (MachineFacts each : executors) {
            if (!each.vectorModule()) {
                return Finding.refusal(
                        "backend",
                        CLUSTER,
                        "executor %s lacks the module of the engine's vector loops; add"
                                + " --conf spark.executor.defaultJavaOptions=--add-modules=jdk.incubator.vector",
                        each.process());
            }
            if (!each.failure().isEmpty()) {
                return Finding.refusal(
                        "backend",
                        CLUSTER,
                        "executor %s cannot load the backend %s: %s; set engine.backend=auto, or build for its platform",
                        each.process(),
                        job.settings().engine().backend().id(),
                        each.failure());
            }
        }
        List<String> backends =
                executors.stream().map(MachineFacts::backend).distinct().toList();
        if (backends.size() > 1) {
            return Finding.warning(
                    "backend",
                    CLUSTER,
                    "executors run different backends (%s), and a round waits for the slowest; build for every platform",
                    String.join(", ", backends));
        }
        return Finding.fine("backend", CLUSTER, "%s on every executor", String.join("", backends));
    }

    private Finding threads() {
        int threads = job.settings().engine().threads();
        int processors =
                executors.stream().mapToInt(MachineFacts::processors).min().orElse(driver.processors());
        int tasks = tasksPerExecutor();
        if (tasks * threads > processors) {
            return Finding.warning(
                    "threads",
                    SETTINGS,
                    "%d tasks of %d engine threads share %d processors; lower engine.threads or the executors' cores",
                    tasks,
                    threads,
                    processors);
        }
        if (threads > processorsPerTask && slots > 1) {
            return Finding.warning(
                    "threads",
                    SETTINGS,
                    "engine.threads is %d, but Spark gives a task %d processors; set spark.task.cpus=%d",
                    threads,
                    processorsPerTask,
                    threads);
        }
        return Finding.fine("threads", SETTINGS, "%d of the engine in each of %d tasks an executor", threads, tasks);
    }

    private Finding waves() {
        int workers = job.workers();
        if (workers > slots) {
            return Finding.warning(
                    "workers",
                    SETTINGS,
                    "%d workers take turns on %d task slots: a round takes %d times as long as one on as many slots",
                    workers,
                    slots,
                    (workers + slots - 1) / slots);
        }
        if (workers > 0 && workers < slots) {
            return Finding.warning(
                    "workers",
                    SETTINGS,
                    "%d workers leave %d of %d task slots idle while they train",
                    workers,
                    slots - workers,
                    slots);
        }
        return Finding.fine("workers", SETTINGS, "%d on %d task slots", workers == 0 ? slots : workers, slots);
    }

    private Finding nativeMemory() {
        long needed = tasksPerExecutor() * job.planBytes();
        for (MachineFacts each : executors) {
            String arithmetic = Text.of(
                    "%d tasks an executor × %s for plans = %s outside of the Java heap",
                    tasksPerExecutor(), Text.size(job.planBytes()), Text.size(needed));
            if (each.nativeLimitBytes() > 0 && needed > each.nativeLimitBytes()) {
                return Finding.refusal(
                        "native memory",
                        CLUSTER,
                        "%s, but executor %s may take %s there; raise the executors' memory, or lower training.batch",
                        arithmetic,
                        each.process(),
                        Text.size(each.nativeLimitBytes()));
            }
            long onMachine = executors.stream()
                    .filter(other -> other.host().equals(each.host()))
                    .mapToLong(other -> other.heapBytes() + needed)
                    .sum();
            if (onMachine > each.memoryBytes()) {
                return Finding.warning(
                        "native memory",
                        CLUSTER,
                        "%s; with their heaps the executors on %s may take %s of %s; lower executor memory or training.batch",
                        arithmetic,
                        each.host(),
                        Text.size(onMachine),
                        Text.size(each.memoryBytes()));
            }
        }
        return Finding.fine(
                "native memory",
                CLUSTER,
                "%d tasks an executor × %s for plans",
                tasksPerExecutor(),
                Text.size(job.planBytes()));
    }

    private Finding heap() {
        long cache = cacheBytes();
        long vectors = taskVectorBytes();
        long needed = RESERVED_HEAP + cache + vectors;
        long smallest =
                executors.stream().mapToLong(MachineFacts::heapBytes).min().orElse(driver.heapBytes());
        String arithmetic = Text.of(
                "%s for Spark, %s of data.cache-mebibytes, %s of vectors",
                Text.size(RESERVED_HEAP), Text.size(cache), Text.size(vectors));
        if (needed > smallest) {
            return Finding.warning(
                    "Java heap",
                    CLUSTER,
                    "%s may not fit the executors' %s; raise spark.executor.memory, or lower data.cache-mebibytes",
                    arithmetic,
                    Text.size(smallest));
        }
        return Finding.fine("Java heap", CLUSTER, "%s in %s", arithmetic, Text.size(smallest));
    }

    /** The driver's own memory; nothing else bounds what it collects (see {@code spark.driver.maxResultSize} in the command line). */
    private Finding driverHeap() {
        int workers = job.workers() == 0 ? slots : job.workers();
        boolean collects = job.settings().averaging().meansOnDriver(job.parameters(), workers);
        long results = collects ? workers * job.settings().averaging().resultBytes(job.parameters()) : 0;
        long vectors = (2L * job.stateVectors() + MEAN_COPIES) * job.vectorBytes();
        boolean local = executors.stream().anyMatch(each -> each.process().equals(driver.process()));
        long tasks = local ? cacheBytes() + taskVectorBytes() : 0;
        String arithmetic = Text.of(
                "%s for Spark, %s of the state and its mean, %s of %d workers' results%s",
                Text.size(RESERVED_HEAP),
                Text.size(vectors),
                Text.size(results),
                workers,
                local ? Text.of(", %s of the tasks", Text.size(tasks)) : "");
        String remedy = Text.of("raise spark.driver.memory%s", results > 0 ? ", or set averaging.place=executors" : "");
        if (results > driver.heapBytes()) {
            return Finding.refusal(
                    "driver heap",
                    CLUSTER,
                    "%s do not fit the driver's %s; %s",
                    arithmetic,
                    Text.size(driver.heapBytes()),
                    remedy);
        }
        if (RESERVED_HEAP + vectors + results + tasks > driver.heapBytes()) {
            return Finding.warning(
                    "driver heap",
                    CLUSTER,
                    "%s may not fit the driver's %s; %s",
                    arithmetic,
                    Text.size(driver.heapBytes()),
                    remedy);
        }
        return Finding.fine("driver heap", CLUSTER, "%s in %s", arithmetic, Text.size(driver.heapBytes()));
    }

    private long cacheBytes() {
        return (long) job.settings().data().cacheMebibytes() << 20;
    }

    /** The vectors of the tasks that one executor runs at once. */
    private long taskVectorBytes() {
        return 2L * VECTOR_COPIES * job.vectorBytes() * tasksPerExecutor();
    }

    private Optional<Finding> gpus() {
        List<String> assigned = executors.stream()
                .flatMap(each -> each.gpus().stream().map(gpu -> "GPU " + gpu + " of executor " + each.process()))
                .toList();
        return assigned.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.warning(
                        "GPUs",
                        CLUSTER,
                        "Spark assigns %s to this job, but no backend computes on GPUs yet: it runs on processors and holds"
                                + " the GPUs for nothing; drop spark.task.resource.gpu.amount",
                        String.join(", ", assigned)));
    }

    /** The tasks of this job that one executor runs at once. */
    private int tasksPerExecutor() {
        int all = job.workers() == 0 ? slots : Math.min(job.workers(), slots);
        return Math.max(1, (all + executors.size() - 1) / Math.max(1, executors.size()));
    }
}
