package io.dcd.demo;

import io.dcd.data.CounterRandom;
import java.util.function.Function;

/** What the demonstration's images show: five surfaces that fill the picture, five objects that lie on any surface. */
enum DemoClass {
    BRICKS("brick wall, masonry", random -> Scene.ofSurface(Texture::bricks, random)),
    PLANKS("boards, planking", random -> Scene.ofSurface(Texture::planks, random)),
    WEAVE("woven cloth, textile", random -> Scene.ofSurface(Texture::weave, random)),
    PEBBLES("pebbles, cobbles", random -> Scene.ofSurface(Texture::pebbles, random)),
    RIPPLES("ripples, dunes", random -> Scene.ofSurface(Texture::ripples, random)),
    BALL("ball", random -> Scene.ofObject(Shape::ball, random)),
    RING("ring, hoop", random -> Scene.ofObject(Shape::ring, random)),
    STAR("star", random -> Scene.ofObject(Shape::star, random)),
    BOX("box, crate", random -> Scene.ofObject(Shape::box, random)),
    CROSS("cross", random -> Scene.ofObject(Shape::cross, random));

    private final String words;
    private final Function<CounterRandom, Scene> scenes;

    DemoClass(String words, Function<CounterRandom, Scene> scenes) {
        this.words = words;
        this.scenes = scenes;
    }

    String words() {
        return words;
    }

    /** Numbers of eight digits that WordNet has given to nothing. */
    String wnid() {
        return "n9000%04d".formatted(ordinal() + 1);
    }

    Scene scene(CounterRandom random) {
        return scenes.apply(random);
    }
}
