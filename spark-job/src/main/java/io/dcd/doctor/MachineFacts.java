package io.dcd.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.dcd.engine.backend.Backends;
import io.dcd.settings.EngineSettings;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import org.apache.spark.package$;
import org.bytedeco.javacpp.Pointer;

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
        String failure)
        implements Serializable {
    /** What is so here; loads the native libraries. */
    static MachineFacts here(EngineSettings.Backend wanted) {
        boolean vectorModule =
                ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        String backend = "";
        String failure = "";
        try {
            backend = Backends.select(wanted.id(), 1).name();
        } catch (IllegalStateException | LinkageError e) {
            failure = Text.reason(e);
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
                failure);
    }

    /** The machine, by its name. */
    String host() {
        return process.substring(process.indexOf('@') + 1);
    }
}
