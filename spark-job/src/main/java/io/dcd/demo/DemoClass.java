package io.dcd.demo;

import io.dcd.data.CounterRandom;

/**
 * What the demonstration's images show: five surfaces that fill the picture, five objects that lie on any surface. Each class leans
 * towards a colour, as things do, but any may have any.
 */
enum DemoClass {
    BRICKS("brick wall, masonry", (hue, random) -> Scene.ofSurface(Texture::bricks, hue, random)),
    BALL("ball", (hue, random) -> Scene.ofObject(Shape::ball, hue, random)),
    PLANKS("boards, planking", (hue, random) -> Scene.ofSurface(Texture::planks, hue, random)),
    RING("ring, hoop", (hue, random) -> Scene.ofObject(Shape::ring, hue, random)),
    PEBBLES("pebbles, cobbles", (hue, random) -> Scene.ofSurface(Texture::pebbles, hue, random)),
    STAR("star", (hue, random) -> Scene.ofObject(Shape::star, hue, random)),
    RIPPLES("ripples, dunes", (hue, random) -> Scene.ofSurface(Texture::ripples, hue, random)),
    BOX("box, crate", (hue, random) -> Scene.ofObject(Shape::box, hue, random)),
    WEAVE("woven cloth, textile", (hue, random) -> Scene.ofSurface(Texture::weave, hue, random)),
    CROSS("cross", (hue, random) -> Scene.ofObject(Shape::cross, hue, random));

    @FunctionalInterface
    private interface Subject {
        Scene scene(double hue, CounterRandom random);
    }

    private final String words;
    private final Subject subject;

    DemoClass(String words, Subject subject) {
        this.words = words;
        this.subject = subject;
    }

    String words() {
        return words;
    }

    /** Numbers of eight digits that WordNet has given to nothing. */
    String wnid() {
        return "n9000%04d".formatted(ordinal() + 1);
    }

    Scene scene(CounterRandom random) {
        return subject.scene((double) ordinal() / values().length, random);
    }
}
