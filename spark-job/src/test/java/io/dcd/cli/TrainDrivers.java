package io.dcd.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/** The drivers that a test starts: none is left when it ends, however it ends. */
final class TrainDrivers implements AutoCloseable {
    private final List<TrainDriver> drivers = new CopyOnWriteArrayList<>();

    TrainDrivers() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** @param properties of Spark */
    TrainDriver start(Map<String, String> properties, String... arguments) throws IOException {
        TrainDriver driver = TrainDriver.start(properties, arguments);
        drivers.add(driver);
        return driver;
    }

    /** SIGKILL for all that still run, even those that are stopped. */
    @Override
    public void close() {
        drivers.forEach(driver -> driver.handle().destroyForcibly());
        drivers.forEach(driver -> driver.handle().onExit().join());
    }
}
