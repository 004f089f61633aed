package io.dcd.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.dcd.data.file.Reason;
import io.dcd.engine.backend.Backends;
import io.dcd.settings.EngineSettings;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.package$;
import org.apache.spark.resource.ResourceInformation;
import org.bytedeco.javacpp.Pointer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process says about itself and its machine.
 *
 * @param process its number and host
 * @param java version of Java
 * @param spark version of Spark
 * @param processors the processors that it may use
 * @param heapBytes the largest Java heap
 * @param memoryBytes memory of the machine, or of the container
 * @param nativeLimitBytes the most memory that JavaCPP lets it take outside of the heap; 0 for any
 * @param vectorModule whether the module of the engine's vector loops is there
 * @param backend the backend that its plans would run on; empty if that failed
 * @param failure why it failed; empty if it did not
 * @param gpus addresses of the GPUs that Spark assigned to the asking task; empty outside of one
 */
public record MachineFacts(
        String process,
        String java,
        String spark,
        int processors,
        long heapBytes,
        long memoryBytes,
        long nativeLimitBytes,
        boolean vectorModule,
        String backend,
        String failure,
        List<String> gpus)
        implements Serializable {
    private static final Logger LOGGER = LoggerFactory.getLogger(MachineFacts.class);

    /** What is so here; loads the native libraries. */
    static MachineFacts here(EngineSettings.Backend wanted) {
        boolean vectorModule =
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        String backend = "";
        String failure = "";
        try {
            backend = Backends.select(wanted.id(), 1).name();
        } catch (IllegalStateException | LinkageError e) {
            failure = Reason.of(e);
        }
        Runtime runtime = Runtime.getRuntime();
        return new MachineFacts(
                ManagementFactory.getRuntimeMXBean().getName(),
                Runtime.version().toString(),
                package$.MODULE$.SPARK_VERSION(),
                runtime.availableProcessors(),
                runtime.maxMemory(),
                ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize(),
                Pointer.maxBytes(),
                vectorModule,
                backend,
                failure,
                assignedGpus());
    }

    /** What {@code spark.task.resource.gpu.amount} made Spark assign. */
    private static List<String> assignedGpus() {
        TaskContext task = TaskContext.get();
        ResourceInformation gpus = task == null ? null : task.resourcesJMap().get("gpu");
        if (gpus == null) {
            return List.of();
        }
        LOGGER.info(
                "Spark assigns GPU {} to the tasks of partition {}",
                String.join(", ", gpus.addresses()),
                task.partitionId());
        return List.of(gpus.addresses());
    }

    /** The machine, by its name. */
    String host() {
        return process.substring(process.indexOf('@') + 1);
    }
}
